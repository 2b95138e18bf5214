/** What a scene of the golden runs says, and what its people and its model do in it. */
import type { Actor } from "../../../src/core/actor.ts";
import type { Command } from "../../../src/core/command.ts";
import type { Intent } from "../../../src/core/ports/inbound.ts";
import type { ModelAnswer } from "../../../src/core/ports/model.ts";
import { pendingCalls, type State } from "../../../src/core/state.ts";
import { type Bot, operator } from "../bot.ts";
import { ask, call, calling } from "../model/scripted.ts";

export interface Scene {
  /** Its name too: no task is a part of another one. */
  task: string;
  agent?: string;
  /** Where it speaks. */
  address?: string;
  /** Launched by a machine: marked from the start. */
  untrusted?: true;
  /** One entry per turn, or by what the model is told. */
  answers: Partial<ModelAnswer>[] | ((told: string) => Partial<ModelAnswer>);
  /** The turn in which the model never answers, or is overloaded, while the golden database is made. */
  model?: { hangs?: number; fails?: number };
  /** Killed before it could write that its call was started. */
  unstarted?: true;
  /** What people do before it stands where it should. */
  before?: (bot: Bot, state: State) => Promise<unknown>;
  /** `before` is done once this holds. */
  ready?: (state: State) => boolean;
  stands: (state: State) => boolean;
  /** Lies in the inbox, and is what lets the run go on. */
  inbox?: (state: State) => { channel: string; intent: Intent };
  /** What people do to let it go on; nothing: it goes on by itself. */
  goOn?: (bot: Bot, state: State) => Promise<unknown>;
  end: { at: "complete"; answer: string } | { at: "failed" | "cancelled" };
  /** What this run did to the world in the end, each once. */
  done?: string[];
}

/** Two people, so that a call can have two approvers. */
export const oncall: Actor = {
  principal: "slack:T1/U2",
  name: "oncall",
  groups: ["slack:T1/group:S9"],
  guest: false,
  kind: "person",
};

type Of<T extends Command["type"]> = Omit<Extract<Command, { type: T }>, "actor" | "via">;

export async function tell(bot: Bot, runId: string, said: ToRun, actor: Actor = operator): Promise<void> {
  const command = { ...said, actor, via: { channel: "console" } } as Exclude<Command, { type: "launch" }>;
  const submitted = await bot.engine.command(runId, command, null);
  if (!submitted.ok) throw new Error(`${runId}: ${submitted.refusal.message}`);
}
type ToRun =
  | Of<"say">
  | Of<"provide_input">
  | Of<"approve">
  | Of<"deliver_event">
  | Of<"pause">
  | Of<"resume">
  | Of<"cancel">;

export const questionOf = (state: State) => state.questions[0]?.id ?? "";
export const answer = (text: string) => (bot: Bot, state: State) =>
  tell(bot, state.runId, { type: "provide_input", questionId: questionOf(state), answer: text });
export const approve =
  (actor = operator) =>
  (bot: Bot, state: State) =>
    tell(bot, state.runId, { type: "approve", questionId: questionOf(state) }, actor);
export const event = (bot: Bot, state: State) =>
  tell(bot, state.runId, { type: "deliver_event", event: "built", payload: "it is built" });
export const pause = (bot: Bot, state: State) => tell(bot, state.runId, { type: "pause" });
export const resume = (bot: Bot, state: State) => tell(bot, state.runId, { type: "resume" });
export const cancel = (bot: Bot, state: State) =>
  tell(bot, state.runId, { type: "cancel", reason: "enough" });

export const ends = (text = "done") => ({ at: "complete", answer: text }) as const;
export const asks = (kind: string) => (state: State) => state.questions[0]?.kind === kind;
export const isAt = (at: string) => (state: State) => state.phase.at === at;
export const callIs = (at: string) => (state: State) => pendingCalls(state)[0]?.is.at === at;
export const on = (tool: string, service: string) => calling(call(tool, { service }, "c1"));
export const longAsk = calling(ask("Is that enough?"));
export const looks = () => calling(call("look", { service: "a" }), call("look", { service: "b" }));
export const childOf = (state: State): string => {
  const is = pendingCalls(state)[0]?.is;
  if (is?.at !== "with_child") throw new Error(`${state.task}: no child`);
  return is.runId;
};
export const answerChild = async (bot: Bot, state: State) => {
  return answer("the hall")(bot, await bot.until(childOf(state), asks("ask")));
};
