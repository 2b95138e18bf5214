/** What people ask of a run, as commands of the core. */
import type { Command, Launch } from "../../../src/core/command.ts";
import { dana, oncall, via } from "./policy.ts";

export const launch = (change: Partial<Launch> = {}): Launch => ({
  type: "launch",
  runId: "run_1",
  task: "release v1",
  actor: dana,
  via,
  addresses: ["slack:T1/C1/1"],
  context: [],
  trusted: true,
  follows: null,
  parent: null,
  ...change,
});
export const say = (text: string, actor = dana): Command => ({ type: "say", text, actor, via });
/** Words that come later than they were written (ms since the epoch). */
export const saidAt = (writtenAt: number, text: string, actor = dana): Command => ({
  type: "say",
  text,
  actor,
  via,
  writtenAt,
});
export const answer = (text: string, questionId: string | null = null, actor = dana): Command => ({
  type: "provide_input",
  questionId,
  answer: text,
  actor,
  via,
});
export const approve = (questionId: string, actor = oncall): Command => ({
  type: "approve",
  questionId,
  actor,
  via,
});
/** As the engine hands it on, checked and looked at. */
export const edit = (
  questionId: string,
  changed: unknown,
  actor = oncall,
): Extract<Command, { type: "edit" }> => ({
  type: "edit",
  questionId,
  input: changed,
  shown: { hash: `of ${JSON.stringify(changed)}`, preview: null },
  actor,
  via,
});
export const refuse = (questionId: string, reason: string, actor = oncall): Command => ({
  type: "refuse",
  questionId,
  reason,
  actor,
  via,
});
export const undo = (questionId: string, actor = dana): Command => ({
  type: "undo",
  questionId,
  actor,
  via,
});
export const pause: Command = { type: "pause", actor: dana, via };
export const resume: Command = { type: "resume", actor: dana, via };
export const cancel: Command = { type: "cancel", reason: "enough", actor: dana, via };
