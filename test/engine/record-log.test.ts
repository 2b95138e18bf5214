/** A line of the log per event: how long it took, and how long it took to write down. */

import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/tools/define-tool.ts";
import { startBot } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { answerWith, call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

interface Line {
  msg: string;
  event?: string;
  ms?: number;
  commitMs?: number;
}

test("an event that lasted says how long, beside the time of its commit", async () => {
  let now = 1_000_000;
  const work = defineTool({
    name: "work",
    description: "Work.",
    input: z.object({}),
    effect: "read",
    run: () => {
      now += 3_000;
      return "done";
    },
  });
  const thinking = () => {
    now += 20_000;
    return answerWith(calling(call("work", {})));
  };
  const lines: Line[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line) as Line) });
  const bot = await startBot({
    ...{ log, clock: clockOf(() => now), tools: [work] },
    model: scripted(thinking, finalAnswer("done")),
  });
  onTestFinished(() => bot.stop());
  await bot.untilEnd(await bot.launch("work"));
  const recorded = lines.filter(({ msg }) => msg === "recorded");
  const of = (event: string) => recorded.find((line) => line.event === event);
  expect(of("model_answered")).toMatchObject({ ms: 20_000, commitMs: expect.any(Number) });
  expect(of("call_finished")).toMatchObject({ ms: 3_000, commitMs: expect.any(Number) });
  expect(of("launched")).toMatchObject({ commitMs: expect.any(Number) });
  expect(of("launched")).not.toHaveProperty("ms");
});
