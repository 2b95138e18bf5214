/** A freeze that begins or ends while a call is looked at, before anybody is asked, and what becomes of calls in doubt. */
import { expect, test } from "vitest";
import type { FreezeRule } from "../../src/core/agent.ts";
import { hasEnded } from "../../src/core/state.ts";
import { OutcomeUnknown, type PlainTool } from "../../src/tools/contract.ts";
import { Asks } from "../../src/tools/endings.ts";
import { clockOf } from "../support/clock.ts";
import {
  approve,
  asked,
  asksAnew,
  by,
  deployment,
  type Input,
  settle,
  start,
} from "../support/deployment.ts";
import { asking, freeze, from, manager, typesOf, until } from "../support/freezes.ts";
import { gate } from "../support/gate.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { toolForm } from "../support/tool-form.ts";

/** The first look at the call holds the run, before anybody is asked. */
async function beforeItIsAsked(
  freezes: readonly FreezeRule[],
  at: number,
  { preview: shown = async () => "v0 → v1", ...change }: Partial<PlainTool<Input>>,
) {
  let now = at;
  const looking = gate();
  const preview: typeof shown = async (...given) => {
    await looking.pass();
    return shown(...given);
  };
  const { done, tool } = deployment({ preview, ...change });
  const model = scripted(calling(call("deploy", { version: "v1" })), finalAnswer("done"));
  const bot = await start({ model, tools: [tool], freezes, clock: clockOf(() => now) });
  const runId = await bot.launch("deploy");
  await looking.reached;
  const goOn = (time: number) => {
    now = time;
    looking.open();
  };
  return { bot, runId, done, goOn };
}

test("a freeze that begins while a call is looked at asks nobody; one that is over then asks nobody either", async () => {
  const begins = await beforeItIsAsked([freeze], from - 1, {});
  begins.goOn(from);
  await begins.bot.untilEnd(begins.runId);
  expect(typesOf(await begins.bot.store.read(begins.runId))).not.toContain("question_asked");
  expect(begins.done).toEqual([]);
  const ends = await beforeItIsAsked([asking], until - 1, { requiresApproval: false });
  ends.goOn(until);
  await ends.bot.untilEnd(ends.runId);
  expect(typesOf(await ends.bot.store.read(ends.runId))).not.toContain("question_asked");
  expect(ends.done).toEqual(["v1"]);
});

test("of two freezes that follow each other the one that holds when people are asked is asked about", async () => {
  const next = { ...asking, name: "quarter end", from: until, until: until + 1_000 };
  const { bot, runId, goOn } = await beforeItIsAsked([asking, next], until - 1, { requiresApproval: false });
  goOn(until);
  await asked(bot, runId);
  expect((await bot.engine.state(runId))?.questions).toMatchObject([{ freeze: { name: "quarter end" } }]);
});

test("of one that begins again as it ends, the end that is to come is asked about", async () => {
  const day = 86_400_000;
  const { from: _, until: __, ...always } = { ...asking, from, until, cron: "0 0 * * *", forMs: day };
  const midnight = Date.parse("2026-11-28T00:00+01:00");
  const rules = [{ ...always, zone: "Europe/Berlin" }];
  const { bot, runId, goOn } = await beforeItIsAsked(rules, midnight - 1, { requiresApproval: false });
  goOn(midnight);
  await asked(bot, runId);
  const { questions = [] } = (await bot.engine.state(runId)) ?? {};
  expect(questions).toMatchObject([{ freeze: { until: midnight + day } }]);
});

test("a value that a freeze's rule would refuse is no matter any more once it is over", async () => {
  const refusing: FreezeRule = {
    ...freeze,
    approval: { by: [manager.principal], count: 1, ownRequest: true, unseen: "refuse" },
  };
  const { bot, runId, done, goOn } = await beforeItIsAsked([refusing], until - 1, {
    requiresApproval: false,
  });
  goOn(until);
  await bot.untilEnd(runId);
  expect(done).toEqual(["v1"]);
});

test("nor is a look that failed", async () => {
  const preview = () => Promise.reject(new Error("no view"));
  const change = { requiresApproval: false, preview };
  const { bot, runId, done, goOn } = await beforeItIsAsked([asking], until - 1, change);
  goOn(until);
  await bot.untilEnd(runId);
  expect(done).toEqual(["v1"]);
});

test("after a doubt a call with a preview takes the freeze's approval once more, and then runs", async () => {
  let tries = 0;
  const { done, tool } = deployment({
    requiresApproval: false,
    preview: async () => "v0 → v1",
    run: ({ version }) => {
      if (++tries === 1) throw new OutcomeUnknown("the line broke");
      done.push(version);
      return `deployed ${version}`;
    },
  });
  const model = scripted(calling(call("deploy", { version: "v1" })), finalAnswer("done"));
  const bot = await start({ model, tools: [tool], freezes: [asking], clock: clockOf(() => from) });
  const runId = await bot.launch("deploy");
  const first = await asked(bot, runId);
  await settle(bot, runId, { ...approve(first), actor: manager });
  const doubt = await asksAnew(bot, runId, first);
  await settle(bot, runId, { type: "provide_input", questionId: doubt.id, answer: "run", ...by });
  const again = await asksAnew(bot, runId, doubt.id);
  expect(again.freeze?.name).toBe("black friday");
  await settle(bot, runId, { ...approve(again.id), actor: manager });
  const after = await bot.until(runId, (state) => hasEnded(state) || state.questions.length > 0);
  expect(after.questions).toEqual([]);
  expect(done).toEqual(["v1"]);
});

test("what an earlier call with the same id was approved with says nothing of this one", async () => {
  const { done, tool } = deployment({ requiresApproval: false, preview: async () => "v0 → v1" });
  const other = deployment({ name: "tag" });
  const model = scripted(
    calling({ ...call("tag", { version: "v1" }), id: "a" }),
    calling({ ...call("deploy", { version: "v1" }), id: "a" }),
    finalAnswer("done"),
  );
  const freezes = [{ ...asking, tools: ["deploy"] }];
  const bot = await start({ model, tools: [tool, other.tool], freezes, clock: clockOf(() => from) });
  const runId = await bot.launch("deploy");
  const own = await asked(bot, runId);
  await settle(bot, runId, approve(own));
  const held = await asksAnew(bot, runId, own);
  await settle(bot, runId, { ...approve(held.id), actor: manager });
  const after = await bot.until(runId, (state) => hasEnded(state) || state.questions.length > 0);
  expect(after.questions).toEqual([]);
  expect(done).toEqual(["v1"]);
});

test("what a freeze kept from going on goes on where the freeze is over before the tool has said what became of it", async () => {
  let now = from - 1;
  const looking = gate();
  const { done, tool } = deployment({
    requiresApproval: false,
    run: ({ version }, { answered }) => {
      if (!answered) return new Asks({ text: "Where?", context: "It asks.", form: toolForm }, null);
      done.push(version);
      return "deployed";
    },
    reconcile: async () => {
      await looking.pass();
      return { type: "unknown" };
    },
  });
  const model = scripted(calling(call("deploy", { version: "v1" })), finalAnswer("done"));
  const bot = await start({ model, tools: [tool], freezes: [freeze], clock: clockOf(() => now) });
  const runId = await bot.launch("deploy");
  const questionId = await asked(bot, runId, "ask");
  now = from;
  await settle(bot, runId, { type: "provide_input", questionId, answer: "region: eu", ...by });
  await looking.reached;
  expect(done).toEqual([]);
  now = until;
  looking.open();
  const after = await bot.until(runId, (state) => hasEnded(state) || state.questions.length > 0);
  expect(after.questions).toEqual([]);
  expect(done).toEqual(["v1"]);
});
