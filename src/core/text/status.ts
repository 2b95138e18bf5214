/** How a run is, in one word: the seeds' six, and `sleeping` and `cancelled`. */

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
export type Status = (typeof statuses)[number];

/** Nothing goes on from here. */
export const endedStatuses = ["complete", "failed", "cancelled"] as const satisfies readonly Status[];

export function isEnded(status: Status): status is (typeof endedStatuses)[number] {
  return endedStatuses.some((ended) => ended === status);
}
