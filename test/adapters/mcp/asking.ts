/** What tests of servers that ask people share: the server, its forms, and a bot whose people answer. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { OpenQuestion } from "../../../src/core/state.ts";
import type { ToolServer } from "../../../src/tools/tool-server.ts";
import { type Bot, operator, startBot } from "../../support/bot.ts";
import { call, calling, finalAnswer, scripted } from "../../support/model/scripted.ts";
import { askingServer, type How } from "./asking-server.ts";
import { folder, oddServer } from "./bench.ts";

export const region = {
  message: "Which region?",
  requestedSchema: {
    type: "object",
    properties: {
      region: { type: "string", title: "Region", description: "Where it runs." },
      replicas: { type: "integer", minimum: 1, maximum: 5 },
    },
    required: ["region"],
  },
};
export const page = {
  mode: "url",
  message: "Sign in at https://shop.example/in?t=1",
  url: "https://shop.example/in?t=1",
  elicitationId: "e1",
};

/** A form of one field. */
export function form(name: string, property: object, message = "Please."): object {
  return { message, requestedSchema: { type: "object", properties: { [name]: property }, required: [name] } };
}

/** Its tool is accepted. */
export async function askingFolder(...asks: readonly object[]): Promise<string> {
  const at = folder();
  await oddServer("well", { at });
  writeFileSync(join(at, "asks.json"), JSON.stringify(asks));
  return at;
}

/** A bot in a call of the server, once it asks people. */
export async function askedBot(
  how: How,
  asks: readonly object[],
  effect: "once" | "read" = "once",
): Promise<{ bot: Bot; server: ToolServer; at: string; runId: string; question: OpenQuestion }> {
  const at = await askingFolder(...asks);
  const server = askingServer(at, how, effect);
  const model = scripted(calling(call("odd_work", { text: "this" })), finalAnswer("done"));
  const bot = await startBot({ model, tools: server.tools });
  onTestFinished(async () => {
    await bot.stop();
    await server.stop();
  });
  const runId = await bot.launch("work");
  return { bot, server, at, runId, question: await nextQuestion(bot, runId) };
}

/** Waits for a question other than `before`. */
export async function nextQuestion(bot: Bot, runId: string, before = ""): Promise<OpenQuestion> {
  const { questions } = await bot.until(runId, (state) => state.questions.some(({ id }) => id !== before));
  const [question] = questions;
  if (question === undefined) throw new Error("no question");
  return question;
}

export function answer(bot: Bot, runId: string, questionId: string, words: string) {
  const command = { type: "provide_input", questionId, answer: words } as const;
  return bot.engine.command(runId, { ...command, actor: operator, via: { channel: "console" } }, null);
}

/** What the server was answered, oldest first. */
export function answersIn(at: string): unknown[] {
  const path = join(at, "answers.log");
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
