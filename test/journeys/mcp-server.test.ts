/** The official client of the Model Context Protocol against a bot that listens: every tool, under both of its eras. */
import { expect, onTestFinished, test } from "vitest";
import { launchPlace } from "../../src/config/channels.ts";
import { OutcomeUnknown } from "../../src/tools/contract.ts";
import { openRights } from "../support/bot.ts";
import { approve, asked, settle } from "../support/deployment.ts";
import { officialClient, textOf } from "../support/http/mcp.ts";
import { call, deployed, offering, offeringBot } from "../support/http/mcp-bot.ts";
import { SlackWorld } from "../support/slack/world.ts";
import { deployment } from "../support/undoable.ts";

test.each(["auto", "legacy"] as const)("the runs, from the start to the end (%s)", async (mode) => {
  const { url } = await offeringBot({ tools: [deployment().tool] });
  const client = await officialClient(url, "secret-admin", mode);
  expect(client.getNegotiatedProtocolVersion()).toBe(mode === "auto" ? "2026-07-28" : "2025-11-25");
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    ...["start_run", "get_run", "list_runs", "answer_question", "stop_run", "deploy"],
  ]);

  const begun = await call(client, "start_run", { task: "deploy payments", wait_s: 50 });
  const id = String(begun.structuredContent?.id);
  expect(textOf(begun)).toContain("It asks: Which version? Choices: v1, v2.");
  const listed = await call(client, "list_runs", { asking: true });
  expect(listed.structuredContent).toMatchObject({ runs: [{ id, channel: "mcp", task: "deploy payments" }] });
  const answered = await call(client, "answer_question", { id, answer: "v2", wait_s: 50 });
  expect(answered).toMatchObject({
    content: [{ text: "Deployed v2." }],
    structuredContent: { status: "complete" },
  });
  const again = await call(client, "get_run", { id });
  expect(again.structuredContent).toMatchObject({ status: "complete", outcome: "Deployed v2.", says: "" });

  const second = await call(client, "start_run", { task: "and payments again", wait_s: 0 });
  const stopped = await call(client, "stop_run", {
    id: String(second.structuredContent?.id),
    reason: "not now",
  });
  expect(stopped.isError).toBe(false);
  const ended = await call(client, "get_run", { id: String(second.structuredContent?.id), wait_s: 50 });
  expect(ended).toMatchObject({ isError: true, structuredContent: { status: "cancelled" } });
});

test("a call of the team's tool is one run of one call: its card in Slack, approved there, told to who waits", async () => {
  const world = await SlackWorld.start("http");
  onTestFinished(() => world.stop());
  const { done, tool } = deployment();
  const approvers = [`slack:${world.team}/${world.id("oncall")}`];
  const { url } = await offeringBot({
    tools: [tool],
    channels: [world.channel],
    rights: { ...openRights, approve: approvers },
    config: { mcp: offering(launchPlace(`slack:${world.team}/${world.id("ops")}`)) },
  });
  const client = await officialClient(url, "secret-launcher");
  const progress: string[] = [];
  const args = { version: "v1", idempotency_key: "from-the-laptop", wait_s: 0 };
  const begun = await call(client, "deploy", args);
  expect(textOf(begun)).toContain("It is not over. Ask with get_run");
  const waiting = call(client, "deploy", { ...args, wait_s: 50 }, (words) => progress.push(words));
  await expect.poll(async () => (await world.roots()).length).toBe(1);
  const root = (await world.roots())[0]?.ts ?? "";
  await expect.poll(() => world.screen(root)).toHaveLength(2);
  const card = (await world.thread(root))[1];
  if (!card) throw new Error("no card");
  // As for every other call: what would change, and whose words the arguments are.
  expect(JSON.stringify(card)).toContain("the plan of v1");
  expect(JSON.stringify(card)).toContain("said by launcher token");
  await expect.poll(() => progress.at(-1)).toMatch(/^run run_\w+ · waiting for approval · deploy$/);
  const pending = await call(client, "deploy", args);
  expect(textOf(pending)).toMatch(/^Nothing of deploy has run yet: it waits for one person to approve it/);
  expect(done).toEqual([]);
  await world.press("approve", card, "oncall");

  const outcome = await waiting;
  expect(outcome).toMatchObject({
    content: [{ text: deployed }],
    structuredContent: { replayed: true },
  });
  expect(done).toEqual(["v1"]);
  // Days later, from another laptop: the same call under the same key.
  const later = await officialClient(url, "secret-launcher", "legacy");
  expect(await call(later, "deploy", args)).toMatchObject({ content: [{ text: deployed }] });
  expect(done).toEqual(["v1"]);
});

test("a refusal, a failure and a doubt are told as what they are", async () => {
  const { done, tool } = deployment({
    run: ({ version }) => {
      done.push(version);
      if (version === "v2") throw new Error("the cluster is full");
      throw new OutcomeUnknown("the connection broke");
    },
  });
  const { url, bot } = await offeringBot({ tools: [tool] });
  const client = await officialClient(url, "secret-admin");
  const begin = async (version: string) => {
    const { structuredContent } = await call(client, "deploy", { version, wait_s: 0 });
    const id = String(structuredContent?.id);
    return { id, questionId: await asked(bot, id) };
  };
  const by = { actor: approve("").actor, via: approve("").via };

  const refused = await begin("v1");
  await settle(bot, refused.id, {
    type: "refuse",
    questionId: refused.questionId,
    reason: "not on Friday",
    ...by,
  });
  const told = await call(client, "get_run", { id: refused.id });
  expect([told.isError, textOf(told)]).toEqual([true, expect.stringContaining("not on Friday")]);
  expect(done).toEqual([]);

  const failed = await begin("v2");
  await settle(bot, failed.id, approve(failed.questionId));
  expect(textOf(await call(client, "get_run", { id: failed.id, wait_s: 50 }))).toContain(
    "the cluster is full",
  );

  const unknown = await begin("v3");
  await settle(bot, unknown.id, approve(unknown.questionId));
  const question = await asked(bot, unknown.id, "doubt");
  const doubt = await call(client, "get_run", { id: unknown.id, wait_s: 0 });
  expect(doubt.isError).toBeUndefined();
  expect(textOf(doubt)).toMatch(/It is not known whether deploy ran: .*People are asked to look/);
  // No model says that it may run again.
  const again = await call(client, "answer_question", { id: unknown.id, answer: "run", wait_s: 0 });
  expect(textOf(again)).toMatch(/^(not_an_approver|question_ambiguous): /);
  expect(done).toEqual(["v2", "v3"]);
  const stop = { type: "provide_input", questionId: question, answer: "stop", ...by } as const;
  await settle(bot, unknown.id, stop);
  const stopped = textOf(await call(client, "get_run", { id: unknown.id, wait_s: 50 }));
  expect(stopped).toMatch(/cancelled\. It is not known whether a call of it took effect/);
});

test("arguments that do not fit start nothing; what a model wrote marks its run", async () => {
  const { tool } = deployment();
  const { url, bot } = await offeringBot({ tools: [tool] });
  const client = await officialClient(url, "secret-admin");
  const wrong = await call(client, "deploy", { version: 3 });
  expect(textOf(wrong)).toMatch(/^answer_invalid: .*version/);
  expect(await bot.store.runs({ limit: 5 })).toEqual([]);
  const { structuredContent } = await call(client, "start_run", { task: "deploy", wait_s: 0 });
  expect((await bot.engine.state(String(structuredContent?.id)))?.readUntrusted).toBe(true);
});
