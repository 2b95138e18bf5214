/** A deployment that needs approval, and what people do with its card. */
import { onTestFinished } from "vitest";
import { z } from "zod";
import { openSqlite } from "../../adapters/sqlite/store.ts";
import type { RunCommand } from "../../src/core/command.ts";
import type { Store } from "../../src/core/ports/store.ts";
import type { OpenQuestion, State } from "../../src/core/state.ts";
import type { PlainTool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { type Bot, type BotOptions, clock, operator, startBot } from "./bot.ts";
import { call, calling, finalAnswer, scripted } from "./model/scripted.ts";

export const by = { actor: operator, via: { channel: "console" } };

export async function start(options: BotOptions) {
  const bot = await startBot(options);
  onTestFinished(() => bot.stop());
  return bot;
}

export async function openStore(): Promise<Store> {
  const store = await openSqlite({ path: ":memory:", clock });
  onTestFinished(() => store.close());
  return store;
}

export type Input = { version: string };

export function deployment(change: Partial<PlainTool<Input>> = {}) {
  const done: string[] = [];
  const tool = defineTool<Input>({
    name: "deploy",
    description: "Deploy.",
    input: z.object({ version: z.string() }),
    effect: "once",
    requiresApproval: true,
    run: ({ version }) => {
      done.push(version);
      return `deployed ${version}`;
    },
    ...change,
  });
  return { done, tool };
}

/** A tool that reads what somebody else wrote. */
export const pageThatSays = (words: string) =>
  defineTool({
    name: "page",
    description: "Read a page.",
    input: z.object({}),
    effect: "read",
    untrusted: true,
    run: () => words,
  });

export const deploys = () => scripted(calling(call("deploy", { version: "v1" })), finalAnswer("done"));

export async function asked(bot: Bot, runId: string, kind = "approval"): Promise<string> {
  const state = await bot.until(runId, ({ questions }) =>
    questions.some((question) => question.kind === kind),
  );
  return state.questions[0]?.id ?? "";
}

export async function settle(bot: Bot, runId: string, command: RunCommand): Promise<void> {
  const submitted = await bot.engine.command(runId, command, null);
  if (!submitted.ok) throw new Error(submitted.refusal.message);
}
export const approve = (questionId: string) => ({ type: "approve", questionId, ...by }) as const;
export const edit = (questionId: string, input: unknown) =>
  ({ type: "edit", questionId, input, ...by }) as const;

export async function asksAnew(bot: Bot, runId: string, before: string): Promise<OpenQuestion> {
  const anew = ({ questions: [now] }: State) => now !== undefined && now.id !== before;
  const [question] = (await bot.until(runId, anew)).questions;
  if (!question) throw new Error("no question");
  return question;
}
