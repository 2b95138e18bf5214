/** How a run is, in one word (the seeds' six, `sleeping` and `cancelled`), and what people read for it. */

export const statuses = [
  "running",
  "paused",
  "waiting_human_input",
  "complete",
  "failed",
  "max_steps_reached",
  "sleeping",
  "cancelled",
] as const;

/** The `status` of a run on the wire, in lists and in the console. */
export type Status = (typeof statuses)[number];

/** Nothing goes on from here. */
export const endedStatuses = ["complete", "failed", "cancelled"] as const satisfies readonly Status[];

/** A run at its step limit has not ended: it can be resumed. */
export function isEnded(status: Status): status is (typeof endedStatuses)[number] {
  return endedStatuses.some((ended) => ended === status);
}

/** All the others: they go on, or can. */
export const liveStatuses: readonly Status[] = statuses.filter((status) => !isEnded(status));

/** In lower case, to stand behind a name or a dot. */
export const statusWords = {
  running: "running",
  paused: "paused",
  waiting_human_input: "waiting for an answer",
  complete: "complete",
  failed: "failed",
  max_steps_reached: "step limit reached",
  sleeping: "sleeping",
  cancelled: "cancelled",
} as const satisfies Record<Status, string>;

/** What is running and will stop; what waits for somebody's approval. Neither is a status of its own. */
export const stopping = "stopping";
/** The words for `waiting_human_input` where an open question is an approval. */
export const waitingForApproval = "waiting for approval";

/** The words for a run in a list. `forApproval`: one of its open questions is an approval. */
export function statusWordsOf(status: Status, forApproval: boolean): string {
  return forApproval && status === "waiting_human_input" ? waitingForApproval : statusWords[status];
}
