/** A deployment that knows its way back, and a bot in which it was approved and has run. */
import type { Actor } from "../../src/core/actor.ts";
import type { SettledQuestion, State } from "../../src/core/state.ts";
import type { PlainTool } from "../../src/tools/contract.ts";
import { type Bot, operator } from "./bot.ts";
import { type Input, deployment as oneWay } from "./deployment.ts";
import { call, calling, finalAnswer, scripted } from "./model/scripted.ts";

const by = { actor: operator, via: { channel: "console" } };

/** `deploy` is undone by deploying v0. `done`: the versions that were deployed, in their order. */
export function deployment(change: Partial<PlainTool<Input>> = {}) {
  return oneWay({
    preview: async ({ version }) => `the plan of ${version}`,
    undo: () => ({ tool: "deploy", input: { version: "v0" } }),
    ...change,
  });
}

export const deploysOnce = () => scripted(calling(call("deploy", { version: "v1" })), finalAnswer("done"));

export const isAsking = ({ questions }: State) => questions.length > 0;

/** The approval of the deployment, once it offers its way back. */
export const offered = ({ settled }: State): SettledQuestion | undefined =>
  settled.find(({ undo }) => undo !== undefined);

/** Launches, approves, and waits until the run has ended; returns it with the approval that can be undone. */
export async function deployed(
  bot: Bot,
  actor: Actor = operator,
): Promise<{ runId: string; questionId: string }> {
  const runId = await bot.launch("deploy v1", actor);
  await approveIn(bot, runId);
  const questionId = offered(await bot.untilEnd(runId))?.id ?? "";
  return { runId, questionId };
}

/** Approves the first question of this run as soon as it is asked; returns the question. */
export async function approveIn(bot: Bot, runId: string): Promise<State["questions"][number]> {
  const [question] = (await bot.until(runId, isAsking)).questions;
  if (!question) throw new Error("no question");
  const submitted = await bot.engine.command(
    runId,
    { type: "approve", questionId: question.id, ...by },
    null,
  );
  if (!submitted.ok) throw new Error(submitted.refusal.message);
  return question;
}

/** A turn of one conversation at `chat:1`, approved and over; `after`: the turn before it. */
export async function turn(bot: Bot, after: State | null): Promise<State> {
  const follows = after && {
    ...{ runId: after.runId, task: after.task, outcome: "done", untrusted: false },
  };
  const submitted = await bot.engine.launch(
    "default",
    {
      ...{ task: "deploy", actor: operator, via: { channel: "chat" }, addresses: ["chat:1"], context: [] },
      ...{ trusted: true, follows, parent: null },
    },
    null,
  );
  if (!submitted.ok) throw new Error(submitted.refusal.message);
  await approveIn(bot, submitted.runId);
  return bot.untilEnd(submitted.runId);
}
