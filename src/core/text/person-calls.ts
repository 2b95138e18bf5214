/** Ids of the calls that people chose and no model: those of models are their providers'. */

/** The call of a run that is exactly one call. */
export const directCallId = "direct";

/** The call that undoes what was approved by this question. */
export function undoCallId(questionId: string): string {
  return `undo:${questionId}`;
}
