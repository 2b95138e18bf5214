/** A question of a run as the store knows it. */
import type { QuestionRow } from "../../../src/core/ports/runs.ts";
import { questionWith } from "../question.ts";

/** An open approval of a call with this input. */
export function approvalRow(questionId: string, input: unknown): QuestionRow {
  const question = questionWith({
    id: questionId,
    kind: "approval",
    callId: "call_1",
    text: "May I restart payments?",
    freeText: false,
    audience: ["*"],
    call: { tool: "restart_service", input, hash: "h1", preview: null },
  });
  return { runId: "run_7f3a", question, askedAt: 0, settledAt: null };
}
