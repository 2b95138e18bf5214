/** What is left of a run that was forgotten: that it was there, whose it was, how it ended, and who forgot it. */
import type { EventOf } from "../event.ts";
import type { Phase, State } from "../state.ts";
import type { endedStatuses } from "../text/status.ts";
import { initial } from "./launch.ts";

/** The same from the whole log and from what is left of it. */
export function forgotten(event: EventOf<"forgotten"> & { at: number }): State {
  const { runId, version, launchedAt, launchedBy, channel, agent, parent, steps, usage } = event;
  return {
    ...initial,
    ...{ runId, version, launchedAt, channel, agent, parent, steps, usage },
    updatedAt: event.endedAt,
    title: "(forgotten)",
    from: launchedBy,
    phase: endOf(event.ended),
    forgotten: { from: event.from, at: event.at },
  };
}

export function endOf(ended: (typeof endedStatuses)[number]): Phase {
  switch (ended) {
    case "complete":
      return { at: "complete", answer: "" };
    case "failed":
      return { at: "failed", code: "forgotten", message: "" };
    case "cancelled":
      return { at: "cancelled", reason: "", from: initial.from };
  }
}
