/** Which runs beside one may have undone what it did: those above, below and beside it, however one is found. */
import { expect, test } from "vitest";
import type { RunRow } from "../../src/core/ports/runs.ts";
import { UnreadableError } from "../../src/core/ports/unreadable.ts";
import { initial } from "../../src/core/reduce/launch.ts";
import { signOf } from "../../src/core/reduce/step-lines.ts";
import type { State } from "../../src/core/state.ts";
import { undoneElsewhere } from "../../src/engine/undone-elsewhere.ts";

const call = { tool: "deploy", input: { version: "v0" } };
const made = [{ tool: "deploy", sign: signOf(call), ok: true, step: 1 }];
const failed = [{ tool: "deploy", sign: signOf(call), ok: false, step: 1 }];

/** A run below `above`, which made the call or not. */
function run(runId: string, above: string | null, traces: State["traces"] = []): State {
  const parent = above === null ? null : { runId: above, callId: "h1", depth: 1 };
  return { ...initial, runId, parent, traces };
}

/** Runs that can be read, and the ids of those that can't. */
function look(states: readonly State[], damaged: readonly string[] = []) {
  const row = (runId: string) => ({ runId }) as RunRow;
  const below = (id: string | undefined) => states.filter(({ parent }) => parent?.runId === id);
  return {
    store: {
      runs: async ({ parentId }: { parentId?: string }) => below(parentId).map(({ runId }) => row(runId)),
      read: async () => [],
    },
    state: async (id: string) => {
      if (damaged.includes(id)) throw new UnreadableError("storage_damaged", "cut", { what: `run ${id}` });
      return states.find(({ runId }) => runId === id) ?? null;
    },
  };
}

test.each<[string, State[], string | null]>([
  ["below it", [run("me", null), run("child", "me", made)], "child"],
  ["above it", [run("above", null, made), run("me", "above")], "above"],
  ["beside it", [run("above", null), run("me", "above"), run("other", "above", made)], "other"],
  ["nowhere near", [run("me", null), run("stranger", null, made)], null],
  ["in vain", [run("me", null), run("child", "me", failed)], null],
  ["by itself, which is told otherwise", [run("me", null, made)], null],
])("one that made the call %s", async (_, states, who) => {
  const me = states.find(({ runId }) => runId === "me") ?? initial;
  expect(await undoneElsewhere(look(states), me, { call, since: 1 })).toBe(who);
});

test("one that can't be read is passed over", async () => {
  const states = [run("me", null), run("broken", "me", made), run("child", "me", made)];
  const me = states[0] ?? initial;
  expect(await undoneElsewhere(look(states, ["broken"]), me, { call, since: 1 })).toBe("child");
});
