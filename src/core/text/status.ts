/** The status of a run in words. */

export const statusWords = {
  running: "running",
  paused: "paused",
  waiting_human_input: "waiting for an answer",
  complete: "complete",
  failed: "failed",
  max_steps_reached: "step limit reached",
  sleeping: "sleeping",
  cancelled: "cancelled",
} as const;

/** What is running and will stop; what waits for somebody's approval. Neither is a status of its own. */
export const stopping = "stopping";
export const waitingForApproval = "waiting for approval";
