/** No call begins while a freeze holds that covers it, but by an approval that was given in it: in random worlds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Freeze } from "../../src/core/agent.ts";
import { pendingCalls } from "../../src/core/state.ts";
import { type Scenario, scenario } from "../support/core/scenario.ts";
import { began, RandomRun, type Step } from "../support/random-run.ts";

/** In ms since the run began; an event takes one. `strict`: nothing can be approved in it. */
const spans = fc.array(
  fc.record({
    from: fc.nat(90),
    length: fc.integer({ min: 1, max: 60 }),
    strict: fc.boolean(),
    tools: fc.constantFrom([], ["deploy"], ["restart", "tag"]),
  }),
  { minLength: 1, maxLength: 4 },
);

type Spans = typeof spans extends fc.Arbitrary<infer T> ? T : never;

function holding(all: Spans, ms: number): Freeze[] {
  return all.flatMap(({ from, length, strict, tools }, index) => {
    const until = from + length;
    const approval = strict ? null : { by: [], count: 1, ownRequest: true };
    const rest = { name: `f${index}`, until: began + until, left: until - ms, zone: "UTC", reason: null };
    return ms >= from && ms < until ? [{ ...rest, tools, approval }] : [];
  });
}

/** What was seen over all the runs: a property that nothing could break says nothing. */
const seen = { begun: 0, inFreeze: 0, refused: 0, approvedBefore: 0, setBack: 0 };

/** Whose call, in which freeze (empty: by a card that names none), and when. */
interface Grant {
  callId: string;
  freeze: string;
  at: number;
}

function watcher(all: Spans) {
  const grants: Grant[] = [];
  let last = 0;
  let isSetBack = false;
  const begins = (tool: string, callId: string, ms: number) => {
    for (const freeze of holding(all, ms)) {
      if (freeze.tools.length > 0 && !freeze.tools.includes(tool)) continue;
      const { name } = freeze;
      if (freeze.approval === null) throw new Error(`${tool} began at ${ms} in ${name}`);
      const own = grants.filter((grant) => grant.callId === callId && grant.freeze === name);
      const from = all[Number(name.slice(1))]?.from ?? 0;
      // By the clock a press may come before the freeze in which its card was asked, once the clock was set back.
      if (!own.some(({ at }) => isSetBack || at >= from))
        throw new Error(`${tool} began at ${ms} in ${name} by an approval before ${from}`);
      seen.inFreeze += 1;
    }
  };
  return ({ before, events }: Step) => {
    for (const event of events) {
      const ms = event.at - began;
      if (ms < last && !isSetBack) seen.setBack += 1;
      isSetBack ||= ms < last;
      last = ms;
      if (event.type === "approval_granted") {
        const question = before.questions.find(({ id }) => id === event.questionId);
        grants.push({ callId: question?.callId ?? "", freeze: question?.freeze?.name ?? "", at: ms });
      }
      if (event.type === "call_failed" && event.code === "frozen") {
        seen.refused += 1;
        if (event.message.includes("It was approved")) seen.approvedBefore += 1;
      }
      if (event.type !== "call_started") continue;
      seen.begun += 1;
      const call = pendingCalls(before).find(({ id }) => id === event.callId);
      if (call && call.undoes === undefined) begins(call.tool, call.id, ms);
    }
  };
}

test("an approval that was given before a freeze never runs in it, whatever comes in between", () => {
  fc.assert(
    fc.property(scenario, spans, (chosen: Scenario, all) => {
      const run = new RandomRun(chosen, watcher(all), (ms) => holding(all, ms));
      for (const move of chosen.moves) run.take(move);
    }),
    { numRuns: 2_500 },
  );
  for (const [what, times] of Object.entries(seen)) expect([what, times > 5]).toEqual([what, true]);
});
