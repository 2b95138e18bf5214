/** A model that fails again and again is one trouble: how often, since when, and what it said last. */
import type { EventBody } from "./event.ts";

/** Failures of the model without an answer of it, or a person's word to go on, between them; times are ms since the epoch. */
export interface Outage {
  failures: number;
  since: number;
  /** When it failed last. */
  last: number;
  /** Why it failed last. */
  message: string;
  /** When it is asked again; null: people are asked before. */
  retryAt: number | null;
}

/** The trouble as it is after this event; null: there is none, or it is over. Whoever tells of it goes by this. */
export function outageAfter(before: Outage | null, at: number, event: EventBody): Outage | null {
  switch (event.type) {
    case "model_failed": {
      const { message, retryAt } = event;
      return {
        failures: (before?.failures ?? 0) + 1,
        since: before?.since ?? at,
        last: at,
        message,
        retryAt,
      };
    }
    case "model_answered":
    case "decision_dropped":
    case "question_answered":
    case "resumed":
    case "completed":
    case "failed":
    case "cancelled":
      return null;
    default:
      return before;
  }
}
