/** The rows of the questions that were opened or settled between two states of a run. */
import type { Commit } from "../core/ports/commit.ts";
import type { State } from "../core/state.ts";

/** The opened ones first; each by the fields that it is shown and settled by. */
export function changedQuestions(before: State, after: State): Commit["questions"] {
  const open = after.questions
    .filter((question) => !before.questions.includes(question))
    .map(({ askedAt, approvedBy: _, ...question }) => ({ question, askedAt, settledAt: null }));
  const settled = after.settled
    .filter((question) => !before.settled.includes(question))
    .map(
      ({
        askedAt,
        settledAt,
        outcome: _,
        from: __,
        channel: ___,
        approvedBy: ____,
        undo: _____,
        ...question
      }) => ({
        question,
        askedAt,
        settledAt,
      }),
    );
  return [...open, ...settled].map((row) => ({ runId: after.runId, ...row }));
}
