/** A run that fails by our own fault speaks to no other run: it may be another worker's by now, and go on. */
import { expect, test } from "vitest";
import { failRun } from "../../src/engine/advance.ts";
import { Fenced, type Recorder } from "../../src/engine/record.ts";
import { given } from "../support/given.ts";

async function failing(wrong: Error | null) {
  const recorded: string[] = [];
  const record: Recorder = async ({ runId, epoch }) => {
    recorded.push(`${runId} by ${epoch}`);
    if (wrong) throw wrong;
    const { state, policy } = given();
    const effect = { type: "rest", until: "nothing" } as const;
    return { type: "recorded", state, effect, policy, events: 1, released: true };
  };
  return { ended: await failRun({ record, runId: "run_2", epoch: 1 }, new Error("broken"), 5), recorded };
}

test("its end is written under its epoch, and nothing else", async () => {
  expect(await failing(null)).toEqual({ ended: true, recorded: ["run_2 by 1"] });
});

test("one that was lost, or can't be ended now, is left as it is", async () => {
  const left = { ended: false, recorded: ["run_2 by 1"] };
  expect(await failing(new Fenced("run run_2 belongs to another worker"))).toEqual(left);
  expect(await failing(new Error("the store is away"))).toEqual(left);
});
