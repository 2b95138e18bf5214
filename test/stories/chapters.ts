/** Chapters of the story as `narrate` tells them of a real log: origins, a job, whether it helped, and a way back. */
import type { Command } from "../../src/core/command.ts";
import type { EventBody } from "../../src/core/event.ts";
import type { Message } from "../../src/core/message.ts";
import { narrate } from "../../src/core/narrate/narrate.ts";
import type { ArgumentOrigin } from "../../src/core/question.ts";
import { approve, undo } from "../support/core/commands.ts";
import { askedApproval, call, chose, finished, heard, started } from "../support/core/events.ts";
import { given, type Story } from "../support/given.ts";

const origins: ArgumentOrigin[] = [
  { path: "version", standing: "known", words: "said by dana", version: 1 },
  { path: "host", standing: "outside", words: "only from outside: webhook alerts", version: 3 },
  { path: "replicas", standing: "nowhere", words: "seen nowhere", version: null },
];

/** The approval of a call, each argument with where it comes from. */
function traced(): EventBody {
  const asked = askedApproval("q1", "a");
  if (asked.type !== "question_asked" || !asked.question.call) throw new Error("no approval");
  const input = { version: "v1", host: "db7.internal", replicas: 9 };
  return { ...asked, question: { ...asked.question, call: { ...asked.question.call, input, origins } } };
}

const asked = given(heard("deploy v1 to all"), chose(call("a", "deploy")), traced());
const running = asked.when(approve("q1"), started("a"), { type: "job_begun", callId: "a", handle: {} });
const progress = "step 3 of 7: draining db7";
const atWork = running.when({ type: "call_progressed", callId: "a", progress });
const done: EventBody = {
  type: "call_finished",
  callId: "a",
  output: "deployed v1",
  omitted: 0,
  ms: 61_000,
  untrusted: false,
  verifyUntil: 1_700_000_900_000,
  undo: { tool: "deploy", input: { version: "v0" } },
};
const verdict = { type: "call_verified", callId: "a", verdict: "better", ms: 30_000 } as const;
const helped = atWork.when(done, { ...verdict, words: "errors 0.02 % (were 7.1 %)" });
const undoing: (Command | EventBody)[] = [undo("q1"), askedApproval("q2", "undo:q1"), approve("q2")];
const undone = helped.when(...undoing, started("undo:q1"), finished("undo:q1", "v0 runs again"));
const itself = helped.when(
  ...[chose(call("b", "deploy", { version: "v0" })), askedApproval("q3", "b"), approve("q3")],
  ...[started("b"), finished("b", "v0 runs again")],
);

const byAnother = { outcome: "undone", words: "", runId: "run_2" } as const;
const elsewhere = helped.when({ type: "undo_ended", questionId: "q1", ...byAnother });

function post({ state }: Story, key: string): Message {
  const found = narrate(state).find((one) => one.key === key);
  if (!found) throw new Error(`nothing stands under ${key}`);
  return found.body;
}

/** By the name of the chapter; `words`: what no channel may leave out. */
export const chapters: Readonly<Record<string, { message: Message; words: readonly string[] }>> = {
  "approval with origins": {
    message: post(asked, "question:q1"),
    words: ["said by dana", "△ only from outside: webhook alerts", "▲ seen nowhere", "db7.internal"],
  },
  "job at work": { message: post(atWork, "progress"), words: ["deploy", "step 3 of 7: draining db7"] },
  "it helped": { message: post(helped, "progress"), words: ["it helped: errors 0.02 %"] },
  "what can be undone": {
    message: post(helped, "question:q1"),
    words: ["Approved", "It can be undone by", "deploy v0", "ndo"],
  },
  "undo asked": {
    message: post(helped.when(undo("q1")), "question:q1"),
    words: ["Undo", "asked by", "dana"],
  },
  "undone by the run": {
    message: post(itself, "question:q1"),
    words: ["Undone", "by the run itself", "v0 runs again"],
  },
  "what another run has undone": {
    message: post(elsewhere, "question:q1"),
    words: ["Undone", "by another run of this conversation"],
  },
  undone: { message: post(undone, "question:q1"), words: ["Undone", "asked by", "dana", "v0 runs again"] },
};
