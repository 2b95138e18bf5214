/** A model that fails again and again is one trouble, however often it fails, until it answers or a person steps in. */
import { expect, test } from "vitest";
import type { EventBody } from "../../src/core/event.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import { pause, resume } from "../support/core/commands.ts";
import { call, chose, heard } from "../support/core/events.ts";
import { given, type Story } from "../support/given.ts";

const failing = (message: string): EventBody => ({
  type: "model_failed",
  code: "overloaded",
  message,
  retryAt: 99_000,
});
const woke: EventBody = { type: "woke" };
const thrice = [failing("busy"), woke, failing("busy"), heard("are you there?"), woke, failing("503 again")];

function footer(run: Story): unknown[] {
  const blocks = narrate(run.state).find(({ key }) => key === "progress")?.body.blocks ?? [];
  return blocks.flatMap((block) => (block.type === "note" ? block.parts : []));
}

test("its failures are counted, with the first, the last and the last words", () => {
  const run = given(...thrice);
  const at = run.events.filter(({ type }) => type === "model_failed").map((event) => event.at);
  const [since, , last] = at;
  expect(run.state.outage).toEqual({ failures: 3, since, last, message: "503 again", retryAt: 99_000 });
  expect(footer(run).slice(-8)).toEqual([
    " · the model did not answer ",
    ...["3 times, from ", { time: since }, " to ", { time: last }],
    ...[", next try ", { time: 99_000 }, ": 503 again"],
  ]);
});

test("the try that is under way changes no word", () => {
  const run = given(...thrice);
  expect(footer(run.when(woke))).toEqual(footer(run));
});

test.each([
  ["an answer of the model", [chose(call("a", "look"))]],
  ["a person who lets it go on", [pause, resume]],
])("%s ends it, and the next failure begins a new one", (_, what) => {
  const after = given(...thrice).when(...what);
  expect(after.state.outage).toBeNull();
  expect(JSON.stringify(footer(after))).not.toContain("did not answer");
  const again = after.when(failing("busy"));
  expect(again.state.outage).toMatchObject({ failures: 1, since: again.events.at(-1)?.at });
});
