/**
 * Leases that end later than any can: the database's clock was set back since they were written. Whoever holds one may
 * still be at work, and counts on its time. So a run and a post are kept for the longest lease from when this is seen: by
 * then each lease that was written before is over, by any clock that nobody sets. A message is free at once: two
 * processes that work on it have its effect once, by its key.
 */
import { longestClaimMs } from "../../src/core/ports/deliveries.ts";
import { clockMs } from "./claims.ts";

/** SQL for the row at hand, of which it takes `lease_until`. */
export const isTooLong = `lease_until > ${clockMs} + ${longestClaimMs}`;

/** A row that somebody has locked is seen by the next sweep, unless its holder renews it. */
const shorten = (table: string, id: string, where: string) => `
  UPDATE ${table} SET lease_until = ${clockMs} + ${longestClaimMs}
  FROM (SELECT ${id} FROM ${table} WHERE ${where} AND ${isTooLong} FOR UPDATE SKIP LOCKED) AS long
  WHERE ${table}.${id} = long.${id}`;

/** Two statements for a WITH, each by the index of what is due. */
export const shortenRuns = shorten("runs", "run_id", `wake_at <= ${clockMs} AND owner IS NOT NULL`);
export const shortenPosts = shorten("outbox", "id", "delivered_revision < revision AND given_up = 0");
