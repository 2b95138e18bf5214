/** A call that an approver changed: shown anew, preview and all, before anybody approves it. */
import { expect, test } from "vitest";
import { z } from "zod";
import type { State } from "../../src/core/state.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { openRights, operator } from "../support/bot.ts";
import {
  approve,
  asked,
  asksAnew,
  by,
  deployment,
  deploys,
  edit,
  settle,
  start,
} from "../support/deployment.ts";
import { call, calling, finalAnswer, scripted } from "../support/model/scripted.ts";

test("edited arguments are shown anew, preview and all, before anybody approves them", async () => {
  const { done, tool } = deployment({ preview: async ({ version }) => `v0 → ${version}` });
  const bot = await start({ model: deploys(), tools: [tool] });
  const runId = await bot.launch("deploy");
  const first = await asked(bot, runId);
  await settle(bot, runId, edit(first, { version: "v2" }));
  const anew = (await bot.engine.state(runId))?.questions[0];
  expect(anew).toMatchObject({ call: { input: { version: "v2" }, preview: "v0 → v2" }, approvedBy: [] });
  expect(await bot.engine.command(runId, approve(first), null)).toMatchObject({
    ok: false,
    refusal: { code: "already_answered" },
  });
  expect(done).toEqual([]);
  await settle(bot, runId, approve(anew?.id ?? ""));
  await bot.untilEnd(runId);
  expect(done).toEqual(["v2"]);
});

test("an edited call is shown with what its editor said, and what they left as it was is known no better", async () => {
  const input = z.object({ version: z.string(), host: z.string() });
  const tool = defineTool({
    name: "deploy",
    description: "Deploy.",
    input,
    effect: "once",
    run: () => "done",
  });
  const made = { version: "v1", host: "db7.internal" };
  const bot = await start({
    model: scripted(calling(call("deploy", made)), finalAnswer("x")),
    tools: [tool],
  });
  const runId = await bot.launch("deploy v1");
  const first = await asked(bot, runId);
  const words = (state: State | null) =>
    state?.questions[0]?.call?.origins?.map((origin) => [origin.path, origin.words]);
  expect(words(await bot.engine.state(runId))).toEqual([
    ["version", "said by dana"],
    ["host", "seen nowhere"],
  ]);
  const erin = { ...operator, principal: "slack:T1/erin", name: "erin" };
  await settle(bot, runId, { ...edit(first, { ...made, version: "v2" }), actor: erin });
  const anew = await asksAnew(bot, runId, first);
  expect(words(await bot.engine.state(runId))).toEqual([
    ["version", "said by erin"],
    ["host", "seen nowhere"],
  ]);
  await settle(bot, runId, edit(anew.id, { ...made, version: "v3" }));
  await asksAnew(bot, runId, anew.id);
  expect(words(await bot.engine.state(runId))).toEqual([
    ["version", "said by dana"],
    ["host", "seen nowhere"],
  ]);
});

test("with two approvers both see the same edited call, and what runs is what both saw", async () => {
  const { done, tool } = deployment({
    requiresApproval: { count: 2 },
    preview: async ({ version }) => `v0 → ${version}`,
  });
  const bot = await start({ model: deploys(), tools: [tool] });
  const runId = await bot.launch("deploy");
  const first = await asked(bot, runId);
  await settle(bot, runId, approve(first));
  await settle(bot, runId, edit(first, { version: "v2" }));
  const anew = await asksAnew(bot, runId, first);
  expect(anew).toMatchObject({ need: 2, approvedBy: [], call: { preview: "v0 → v2" } });
  await settle(bot, runId, approve(anew.id));
  expect((await bot.engine.state(runId))?.questions).toMatchObject([{ id: anew.id, call: anew.call }]);
  const other = { ...operator, principal: "slack:T1/other", name: "other" };
  await settle(bot, runId, { ...approve(anew.id), actor: other });
  await bot.untilEnd(runId);
  expect(done).toEqual(["v2"]);
});

test("an edit that can't be shown is refused, and what was asked stays open", async () => {
  const { done, tool } = deployment({
    preview: async ({ version }) => {
      if (version === "v2") throw new Error("secret-host knows no v2");
      return `v0 → ${version}`;
    },
  });
  const bot = await start({ model: deploys(), tools: [tool] });
  const runId = await bot.launch("deploy");
  const first = await asked(bot, runId);
  const edited = await bot.engine.command(runId, edit(first, { version: "v2" }), null);
  expect(edited).toMatchObject({ ok: false, refusal: { code: "answer_invalid" } });
  expect(JSON.stringify(edited)).not.toContain("secret-host");
  await settle(bot, runId, approve(first));
  await bot.untilEnd(runId);
  expect(done).toEqual(["v1"]);
});

test("an edit can be looked at for a form that is still open: nothing is recorded", async () => {
  const { tool } = deployment({ preview: async ({ version }) => `v0 → ${version}` });
  const rights = { ...openRights, approve: [operator.principal] };
  const bot = await start({ model: deploys(), tools: [tool], rights });
  const runId = await bot.launch("deploy");
  const questionId = await asked(bot, runId);
  const { version } = (await bot.engine.state(runId)) ?? {};
  const check = (input: unknown, change = {}) =>
    bot.engine.checkEdit({ questionId, input, ...by, ...change });
  const other = { ...operator, principal: "slack:T1/other", name: "other" };
  expect(await check({ version: 2 })).toMatchObject({ code: "answer_invalid", argument: "version" });
  expect(await check({ version: "v1" })).toMatchObject({
    message: expect.stringContaining("Nothing is different"),
  });
  expect(await check({ version: "v2" })).toBeNull();
  expect(await check({ version: "v2" }, { actor: other })).toMatchObject({ code: "not_an_approver" });
  expect(await check({ version: "v2" }, { questionId: "nosuch" })).toBeNull();
  expect((await bot.engine.state(runId))?.version).toBe(version);
});
