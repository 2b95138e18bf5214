/** A question as a test needs it: what the test does not name is empty. */
import type { Question } from "../../src/core/question.ts";

/** Of nobody, in free words, about no call. */
export function questionWith(change: Partial<Question> = {}): Question {
  return {
    id: "q_1",
    kind: "ask",
    callId: null,
    text: "Go on?",
    context: null,
    choices: [],
    freeText: true,
    audience: [],
    call: null,
    need: 1,
    ...change,
  };
}
