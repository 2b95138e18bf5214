/** A model that fails again and again is one trouble: how often, since when, and what it said last. */
import { brief } from "./brief.ts";

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

type Failure = { type: "model_failed"; message: string; retryAt: number | null };

/**
 * The trouble as it is after this event; null: there is none, or it is over. Whoever tells of it goes by this. `event`:
 * of the log; a browser gets this file without the log's schema.
 */
export function outageAfter(
  before: Outage | null,
  at: number,
  event: Failure | { type: string },
): Outage | null {
  if (isFailure(event)) {
    const { message, retryAt } = event;
    return { failures: (before?.failures ?? 0) + 1, since: before?.since ?? at, last: at, message, retryAt };
  }
  return ends.has(event.type) ? null : before;
}

/** The model answers, a person lets it go on, or nothing goes on any more. */
const ends = new Set([
  "model_answered",
  "decision_dropped",
  "question_answered",
  "resumed",
  "completed",
  "failed",
  "cancelled",
]);

function isFailure(event: { type: string }): event is Failure {
  return event.type === "model_failed";
}

/** `4 times, from 14:02 to 14:05, next try 14:06: The connection failed.`, to stand behind what did not happen. */
export function outageInParts(outage: Outage): (string | { time: number })[] {
  const { failures, since, last, message, retryAt } = outage;
  const often = failures === 1 ? [] : [`${failures} times, from `, { time: since }, " to ", { time: last }];
  const next = retryAt === null ? [] : [often.length > 0 ? ", next try " : "next try ", { time: retryAt }];
  const colon = often.length + next.length > 0 ? ": " : "";
  return [...often, ...next, `${colon}${brief(message, 160)}`];
}
