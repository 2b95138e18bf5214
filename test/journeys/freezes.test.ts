/** A freeze that begins between an approval and its call, on a real engine with a clock that the test sets. */
import { expect, test } from "vitest";
import { agent, openRights, operator, startBot } from "../support/bot.ts";
import { clockOf } from "../support/clock.ts";
import { approve, asked, asksAnew, by, deployment, openStore, settle, start } from "../support/deployment.ts";
import { asking, between, deploysTwice, freeze, from, manager, typesOf, until } from "../support/freezes.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";
import { twoModels } from "../support/model/two.ts";

test("a call that was approved is not begun in the ms in which the freeze begins, nor chosen anew in it", async () => {
  const { bot, runId, done, looking, set } = await between(freeze);
  set(from);
  looking.open();
  const { entries } = await bot.untilEnd(runId);
  expect(done).toEqual([]);
  const told = 'Not run: the freeze \\"black friday\\" holds until 30 Nov 2026, 09:00 UTC+01:00.';
  expect(JSON.parse(JSON.stringify(entries)).flat()).toMatchObject(
    expect.arrayContaining([
      expect.objectContaining({
        output: expect.stringContaining(`${told} It was approved, but not for the freeze.`),
      }),
      expect.objectContaining({ output: expect.stringContaining(`${told} That is in`) }),
    ]),
  );
  expect(typesOf(await bot.store.read(runId))).not.toContain("call_started");
});

test("one ms earlier it is begun, and goes on in the freeze", async () => {
  const { bot, runId, done, looking, set } = await between(freeze);
  set(from - 1);
  looking.open();
  await bot.until(runId, ({ entries }) => JSON.stringify(entries).includes("deployed v1"));
  expect(done).toEqual(["v1"]);
});

test("after a freeze the same call is asked about and runs, once", async () => {
  const { bot, runId, done, looking, set } = await between(freeze, {
    model: scripted(
      calling(call("deploy", { version: "v1" })),
      calling(call("sleep_until", { seconds: 60 })),
      calling(call("deploy", { version: "v1" })),
      finalAnswer("done"),
    ),
  });
  set(from);
  looking.open();
  await bot.untilStatus(runId, "sleeping");
  set(until);
  await settle(bot, runId, { type: "say", text: "go on", ...by });
  const questionId = await asked(bot, runId);
  await settle(bot, runId, approve(questionId));
  await bot.untilEnd(runId);
  expect(done).toEqual(["v1"]);
});

test("a bot that starts with the freeze in the middle of a pause does not run what was approved; one without keeps to that", async () => {
  const store = await openStore();
  let now = from - 1_000;
  const clock = clockOf(() => now);
  const { done, tool } = deployment();
  const common = { store, tools: [tool], clock };
  const first = await startBot({ ...common, model: deploysTwice() });
  const runId = await first.launch("deploy");
  const questionId = await asked(first, runId);
  await settle(first, runId, { type: "pause", ...by });
  await settle(first, runId, approve(questionId));
  await first.stop();
  now = from + 5;
  const second = await startBot({ ...common, model: scripted(finalAnswer("not now")), freezes: [freeze] });
  await settle(second, runId, { type: "resume", ...by });
  const ended = await second.untilEnd(runId);
  await second.stop();
  expect(ended.phase).toMatchObject({ at: "complete", answer: "not now" });
  const third = await start({ ...common, model: scripted(finalAnswer("never asked")) });
  expect(await third.engine.state(runId)).toEqual(ended);
  expect(done).toEqual([]);
});

test("a press of Approve in the freeze is refused in words, and the card stands until it is over", async () => {
  let now = from - 1_000;
  const { done, tool } = deployment();
  const model = scripted(calling(call("deploy", { version: "v1" })), finalAnswer("done"));
  const bot = await start({ model, tools: [tool], freezes: [freeze], clock: clockOf(() => now) });
  const runId = await bot.launch("deploy");
  const questionId = await asked(bot, runId);
  now = until - 1;
  expect(await bot.engine.command(runId, approve(questionId), null)).toMatchObject({
    ok: false,
    refusal: {
      code: "answer_invalid",
      message:
        'Nothing can be approved now: the freeze "black friday" holds until 30 Nov 2026, 09:00 UTC+01:00. Approve it afterwards, or refuse it.',
    },
  });
  now = until;
  await settle(bot, runId, approve(questionId));
  await bot.untilEnd(runId);
  expect(done).toEqual(["v1"]);
});

test("where the freeze names approvers, theirs comes on top of the approval that was given before", async () => {
  const { bot, runId, done, looking, set } = await between(asking, { rights: openRights });
  const first = (await bot.engine.state(runId))?.settled.at(-1)?.id ?? "";
  set(from);
  looking.open();
  const question = await asksAnew(bot, runId, first);
  expect(question).toMatchObject({ audience: [manager.principal], freeze: { name: "black friday", until } });
  expect(question.context).toBe('The freeze "black friday" holds until 30 Nov 2026, 09:00 UTC+01:00.');
  const own = await bot.engine.command(runId, approve(question.id), null);
  expect(own).toMatchObject({ ok: false, refusal: { code: "not_an_approver" } });
  await settle(bot, runId, { ...approve(question.id), actor: manager });
  await bot.until(runId, ({ entries }) => JSON.stringify(entries).includes("deployed v1"));
  expect(done).toEqual(["v1"]);
});

test("whom a card names may still settle it when the freeze is over, where the tool itself asks nobody", async () => {
  let now = from;
  const { done, tool } = deployment({ requiresApproval: false });
  const bot = await start({
    ...{ model: deploysTwice(), tools: [tool], freezes: [asking], clock: clockOf(() => now) },
    rights: { ...openRights, approve: [] },
  });
  const runId = await bot.launch("deploy");
  const first = await asked(bot, runId);
  now = until;
  const own = await bot.engine.command(runId, approve(first), null);
  expect(own).toMatchObject({ ok: false, refusal: { code: "not_an_approver" } });
  await settle(bot, runId, { ...approve(first), actor: manager });
  await bot.untilEnd(runId);
  expect(done).toEqual(["v1", "v1"]);
});

test("an approval for the freeze does not outlive a preview that changed in between", async () => {
  let running = "v0";
  const now = from;
  const { done, tool } = deployment({ preview: async ({ version }) => `${running} → ${version}` });
  const model = scripted(calling(call("deploy", { version: "v1" })), finalAnswer("done"));
  const bot = await start({ model, tools: [tool], freezes: [asking], clock: clockOf(() => now) });
  const runId = await bot.launch("deploy");
  const own = await asked(bot, runId);
  running = "v0.5";
  await settle(bot, runId, approve(own));
  const anew = await asksAnew(bot, runId, own);
  expect(anew.freeze).toBeUndefined();
  expect(anew.call?.preview).toBe("v0.5 → v1");
  await settle(bot, runId, approve(anew.id));
  const second = await asksAnew(bot, runId, anew.id);
  expect(second.freeze?.name).toBe("black friday");
  expect(done).toEqual([]);
  await settle(bot, runId, { ...approve(second.id), actor: manager });
  await bot.untilEnd(runId);
  expect(done).toEqual(["v1"]);
});

test("what was approved for a freeze alone needs the tool's own approval too, once an upgrade asks for it", async () => {
  const store = await openStore();
  const clock = clockOf(() => from);
  const common = { store, clock, freezes: [asking] };
  const free = deployment({ requiresApproval: false });
  const first = await startBot({ ...common, model: deploysTwice(), tools: [free.tool] });
  const runId = await first.launch("deploy");
  const questionId = await asked(first, runId);
  await settle(first, runId, { type: "pause", ...by });
  await settle(first, runId, { ...approve(questionId), actor: manager });
  await first.stop();
  const { done, tool } = deployment();
  const second = await start({ ...common, model: scripted(finalAnswer("done")), tools: [tool] });
  await settle(second, runId, { type: "resume", ...by });
  const own = await asksAnew(second, runId, questionId);
  expect(own.freeze).toBeUndefined();
  await settle(second, runId, approve(own.id));
  await second.untilEnd(runId);
  expect([free.done, done]).toEqual([[], ["v1"]]);
});

test("only runs of the agents that it names are stopped", async () => {
  const now = from;
  const { done, tool } = deployment({ requiresApproval: false });
  const model = scripted(calling(call("deploy", { version: "v1" })), finalAnswer("done"));
  const freezes = [{ ...freeze, agents: ["somebody-else"] }];
  const bot = await start({ model, tools: [tool], freezes, clock: clockOf(() => now) });
  await bot.untilEnd(await bot.launch("deploy"));
  expect(done).toEqual(["v1"]);
});

test("a task that is handed on, and a run that is exactly one call, are stopped like any other", async () => {
  const { done, tool } = deployment({ requiresApproval: false });
  const deploys = () => scripted(calling(call("deploy", { version: "v1" })), finalAnswer("not now"));
  const handOn = calling(call("hand_off", { agent: "helper", task: "deploy" }));
  const known = agent({ handOff: ["helper"] });
  const tools = [...known.tools, tool.spec.name];
  const bot = await start({
    model: twoModels(scripted(handOn, finalAnswer("done")), deploys()),
    agents: [{ ...known, tools }, agent({ name: "helper", hash: "helper-1", tools })],
    ...{ tools: [tool], freezes: [freeze], clock: clockOf(() => from) },
  });
  const parent = await bot.untilEnd(await bot.launch("deploy"));
  expect(JSON.stringify(parent.entries)).toContain("not now");
  const request = {
    ...{ task: "deploy", actor: operator, via: by.via, addresses: [], context: [], trusted: true },
    ...{ follows: null, parent: null, call: { tool: "deploy", input: { version: "v1" } } },
  };
  const direct = await bot.engine.launch("default", request, null);
  const { phase } = await bot.untilEnd(direct.ok ? direct.runId : "");
  expect(phase).toMatchObject({ at: "failed", message: expect.stringContaining("Not run: the freeze") });
  expect(done).toEqual([]);
});
