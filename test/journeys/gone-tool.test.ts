/** A call waits for approval and its tool goes, in a release or with its pack: nothing runs, and everybody is told why. */
import { expect, onTestFinished, test } from "vitest";
import { settle as settleAt } from "../../src/cli/client-questions.ts";
import { request } from "../../src/cli/client-requests.ts";
import type { Message } from "../../src/core/message.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { entriesOf } from "../../src/core/reduce/entries.ts";
import type { RunState } from "../../src/http/wire/runs.ts";
import { OutcomeUnknown } from "../../src/tools/contract.ts";
import { agent, operator, startBot } from "../support/bot.ts";
import { muteChannel } from "../support/channel.ts";
import { approve, asked, by, deployment, deploys, openStore, settle, start } from "../support/deployment.ts";
import { listeningBot } from "../support/http/bot.ts";
import { finalAnswer, scripted } from "../support/model/scripted.ts";

const known = agent();
// The run keeps the agent that it was launched with.
const agents = [{ ...known, tools: [...known.tools, "deploy"] }];
const words =
  "This bot has no tool deploy now, so it can't run. Refuse it, or bring the tool back: then it can be approved again.";
/** What the model says once the call has come to its end. */
const ends = () => scripted(finalAnswer("done"));
const refuse = (questionId: string) => ({ type: "refuse", questionId, reason: "too late", ...by }) as const;

/** What stands at the run's place: the newest body of each post. */
function board() {
  const stands = new Map<string, Message>();
  const chat = muteChannel({
    post: async ({ id, body, remoteId }) => {
      stands.set(id, body);
      return { remoteId: remoteId ?? id };
    },
  });
  return {
    chat,
    card: (questionId: string) => stands.get([...stands.keys()].find((id) => id.includes(questionId)) ?? ""),
  };
}

function actionsOf(card: Message | undefined): string[] {
  const blocks = card?.blocks ?? [];
  return blocks.flatMap((block) =>
    block.type === "actions" ? block.buttons.map(({ action }) => action) : [],
  );
}

/** A deployment that somebody is asked to approve at `chat:1`; then the bot stops. */
async function waiting(store: Store, tool = deployment().tool, kind = "approval") {
  const first = await startBot({ store, model: deploys(), tools: [tool], agents, channels: [board().chat] });
  const submitted = await first.engine.launch(
    "default",
    {
      ...{ task: "deploy", actor: operator, via: { channel: "chat" }, addresses: ["chat:1"], context: [] },
      ...{ trusted: true, follows: null, parent: null },
    },
    null,
  );
  if (!submitted.ok) throw new Error(submitted.refusal.message);
  const { runId } = submitted;
  const approval = await asked(first, runId);
  if (kind === "doubt") await settle(first, runId, approve(approval));
  const questionId = await asked(first, runId, kind);
  await first.stop();
  return { runId, questionId };
}

const isMarked =
  (gone: true | undefined) => (state: { questions: readonly { toolGone?: true | undefined }[] }) =>
    state.questions[0]?.toolGone === gone;

test("the card says that it can only be refused, a press on an older one runs nothing, and a refusal ends it", async () => {
  const store = await openStore();
  const { runId, questionId } = await waiting(store);
  const { chat, card } = board();
  const bot = await start({ store, model: ends(), agents, channels: [chat] });
  await bot.until(runId, isMarked(true));
  await expect.poll(() => actionsOf(card(questionId))).toEqual(["refuse", "open"]);
  expect(JSON.stringify(card(questionId))).toContain(words);

  const before = (await bot.engine.events(runId)).length;
  for (const press of [
    approve(questionId),
    { ...approve(questionId), type: "edit", input: { version: "v2" } } as const,
  ])
    expect(await bot.engine.command(runId, press, null)).toEqual({
      ok: false,
      refusal: { code: "answer_invalid", message: words },
    });
  expect((await bot.engine.events(runId)).length).toBe(before);
  await settle(bot, runId, refuse(questionId));
  const ended = await bot.untilEnd(runId);
  expect(ended.phase.at).toBe("complete");
  expect(JSON.stringify(entriesOf(ended))).toContain("refused this call: too late");
});

test("a tool that is back is approved by the same question, and runs once", async () => {
  const store = await openStore();
  const { done, tool } = deployment();
  const { runId, questionId } = await waiting(store, tool);
  const without = await startBot({ store, model: ends(), agents });
  await without.until(runId, isMarked(true));
  await without.stop();
  // Started again without it there is nothing new to say.
  const again = await startBot({ store, model: ends(), agents });
  await again.stop();

  const { chat, card } = board();
  const bot = await start({ store, model: ends(), tools: [tool], agents, channels: [chat] });
  await bot.until(runId, isMarked(undefined));
  await expect.poll(() => actionsOf(card(questionId))).toEqual(["approve", "refuse", "edit", "open"]);
  await settle(bot, runId, approve(questionId));
  expect((await bot.untilEnd(runId)).phase.at).toBe("complete");
  expect(done).toEqual(["v1"]);
  const looks = (await bot.engine.events(runId)).filter(({ type }) => type === "tool_looked_for");
  expect(looks).toMatchObject([{ found: false }, { found: true }]);
});

test("a call in doubt says that it can't be run again, and whoever says that it did not run ends the doubt", async () => {
  const store = await openStore();
  const runs: string[] = [];
  const { tool } = deployment({
    run: ({ version }) => {
      runs.push(version);
      throw new OutcomeUnknown("the line broke");
    },
  });
  const { runId, questionId } = await waiting(store, tool, "doubt");
  const { chat, card } = board();
  const bot = await start({ store, model: ends(), agents, channels: [chat] });
  await bot.until(runId, isMarked(true));
  await expect
    .poll(() => JSON.stringify(card(questionId)))
    .toContain("This bot has no tool deploy now, so it can't run again.");
  await settle(bot, runId, { type: "provide_input", questionId, answer: "run", ...by });
  const ended = await bot.untilEnd(runId);
  expect(ended.phase.at).toBe("complete");
  expect(JSON.stringify(entriesOf(ended))).toContain("There is no tool deploy");
  expect(runs).toEqual(["v1"]);
});

test("the client of the command line asks for a refusal alone", async () => {
  const store = await openStore();
  const { runId } = await waiting(store);
  const { bot, url, stop } = await listeningBot({ store, model: ends(), agents });
  onTestFinished(stop);
  const screen: string[] = [];
  const options = {
    ...{ url, token: "secret-admin", print: (line: string) => void screen.push(line) },
    ask: async (question: string) => {
      screen.push(question);
      return "too late";
    },
  };
  const run = await request<RunState>(options, "GET", `/agent/state/${runId}`);
  const [question] = run.questions;
  if (!question) throw new Error("no question");
  await settleAt(options, run, question);
  expect(screen.slice(-2)).toEqual([words, "Reason to refuse it (Ctrl-C leaves it open): "]);
  expect((await bot.untilEnd(runId)).settled[0]?.outcome).toEqual({ kind: "refused", text: "too late" });
});
