/** A run that fails by our own fault tells the run that it undoes something for, and stops its child, before it ends. */
import { expect, test } from "vitest";
import type { EventBody } from "../../src/core/event.ts";
import { UnreadableError } from "../../src/core/ports/unreadable.ts";
import { failRun } from "../../src/engine/advance.ts";
import type { Recorder } from "../../src/engine/record.ts";
import { launch } from "../support/core/commands.ts";
import { call, chose } from "../support/core/events.ts";
import { given, nobody } from "../support/given.ts";

const { state: undoing } = nobody().when(
  launch({
    runId: "run_2",
    task: "Undo deploy v1",
    call: { tool: "deploy", input: { version: "v0" } },
    undoes: { runId: "run_1", questionId: "q1", tool: "deploy" },
  }),
);

const handsOn = call("a", "hand_off", { agent: "helper", task: "find it" });
const { state: waiting } = given().when(chose(handsOn), {
  type: "child_launched",
  callId: "a",
  runId: "run_1",
});

/** Which runs were recorded to; the other one (of the card, or the child) fails with this error. */
async function failing(wrong: Error | null, state = undoing) {
  const recorded: string[] = [];
  const record: Recorder = async ({ runId, propose }) => {
    if (runId === "run_1" && wrong) throw wrong;
    const proposed = await propose(runId === "run_1" ? given().state : state, {
      hash: "",
      rights: {},
    } as never);
    const events: readonly EventBody[] = proposed.ok ? proposed.events : [];
    recorded.push([runId, ...events.map(({ type }) => type)].join(" "));
    return {
      type: "recorded",
      state,
      effect: { type: "rest", until: "nothing" },
      events: events.length,
      released: true,
    };
  };
  const on = { record, loadState: async () => state, runId: "run_2", epoch: 1 };
  return { ended: await failRun(on, new Error("broken"), 5), recorded };
}

test("the card first, then the end", async () => {
  expect(await failing(null)).toEqual({ ended: true, recorded: ["run_1", "run_2 failed"] });
});

test("a card that can't be told now leaves the run as it is, to be tried again", async () => {
  expect(await failing(new Error("the store is away"))).toEqual({ ended: false, recorded: [] });
});

test("a card that nobody can read holds nothing up", async () => {
  const damaged = new UnreadableError("storage_damaged", "run run_1 can't be read", { what: "run run_1" });
  expect(await failing(damaged)).toEqual({ ended: true, recorded: ["run_2 failed"] });
});

test("the child first, then the end", async () => {
  expect(await failing(null, waiting)).toEqual({
    ended: true,
    recorded: ["run_1 cancel_requested", "run_2 failed"],
  });
});

test("a child that can't be stopped now leaves the run as it is, one that nobody can read holds nothing up", async () => {
  expect(await failing(new Error("the store is away"), waiting)).toEqual({ ended: false, recorded: [] });
  const damaged = new UnreadableError("storage_damaged", "run run_1 can't be read", { what: "run run_1" });
  expect(await failing(damaged, waiting)).toEqual({ ended: true, recorded: ["run_2 failed"] });
});
