/** What happens in a run, as events of the core. */
import { askApproval, askDoubt } from "../../../src/core/ask.ts";
import type { ChosenCall } from "../../../src/core/chosen-call.ts";
import type { EventBody, EventOf } from "../../../src/core/event.ts";
import type { Question } from "../../../src/core/question.ts";
import type { Usage } from "../../../src/core/usage.ts";
import { noUsage } from "../model/scripted.ts";
import { from, policyWith, via } from "./policy.ts";

export const call = (id: string, tool: string, args: unknown = { version: "v1" }): ChosenCall => ({
  id,
  tool,
  input: args,
});
export const ask = (id: string, question: string): ChosenCall =>
  call(id, "ask_human", { question, choices: null, context: null });
export const final = (id: string, text: string): ChosenCall => call(id, "final_answer", { answer: text });

export function model(change: Partial<EventOf<"model_answered">>): EventOf<"model_answered"> {
  return {
    type: "model_answered",
    text: null,
    calls: [],
    refusal: null,
    cut: null,
    items: [],
    provider: "scripted",
    model: "scripted-1",
    promptHash: "agent-1",
    usage: noUsage,
    ms: 1,
    ...change,
  };
}
export const chose = (...calls: ChosenCall[]) => model({ calls });
export const wrote = (text: string) => model({ text });
export const used = (inputTokens: number, costUsd: number | null = 0): Usage => ({
  ...noUsage,
  inputTokens,
  costUsd,
});
export const started = (callId: string, attempt = 1): EventBody => ({
  type: "call_started",
  callId,
  attempt,
  key: `run_1:${callId}`,
});
export const finished = (callId: string, output = "ok", untrusted = false): EventBody => ({
  type: "call_finished",
  callId,
  output,
  omitted: 0,
  ms: 1,
  untrusted,
});
export const failed = (callId: string, message = "no", untrusted = false): EventBody => ({
  type: "call_failed",
  callId,
  code: "tool_error",
  message,
  ms: 1,
  untrusted,
});
export const heard = (text: string, trusted = true): EventBody => ({
  type: "heard",
  text,
  from,
  via,
  trusted,
});
const nowhere = { state: { runId: "", version: 0, readUntrusted: false }, policy: policyWith() };
const shown = (callId: string, tool: string) => ({
  call: { id: callId, tool, input: { version: "v1" } },
  hash: "shown",
});

/** The approval question as the engine asks it, of anybody. */
export const askedApproval = (
  id: string,
  callId: string,
  tool = "deploy",
  need = 1,
  preview: string | null = null,
  freeze?: Question["freeze"],
): EventBody => {
  const question = askApproval({ ...shown(callId, tool), preview }, nowhere);
  const mark = freeze === undefined ? {} : { freeze };
  return { type: "question_asked", question: { ...question, ...mark, id, audience: ["*"], need } };
};
/** The doubt as the engine says it, to anybody. */
export const doubted = (id: string, callId: string, tool = "restart", need = 1): EventBody[] => {
  const reason = "the process stopped";
  const question = askDoubt({ ...shown(callId, tool), reason }, nowhere);
  return [
    { type: "call_doubted", callId, reason },
    { type: "question_asked", question: { ...question, id, audience: ["*"], need } },
  ];
};
