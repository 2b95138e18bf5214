/** A question of a run as the store knows it. */
import type { QuestionRow } from "../../../src/core/ports/runs.ts";
import type { Question } from "../../../src/core/question.ts";

/** An open approval of a call with this input. */
export function approvalRow(questionId: string, input: unknown): QuestionRow {
  const question: Question = {
    id: questionId,
    kind: "approval",
    callId: "call_1",
    text: "May I restart payments?",
    context: null,
    choices: [],
    freeText: false,
    audience: ["*"],
    call: { tool: "restart_service", input, hash: "h1", preview: null },
    need: 1,
  };
  return { runId: "run_7f3a", question, askedAt: 0, settledAt: null };
}
