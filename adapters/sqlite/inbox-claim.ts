/**
 * Which messages this process gets to work off: the oldest that are free and whose turn it is in their place.
 *
 * Of a place with a long backlog only the first message can be had, and a claim that went over all those behind it would
 * cost as much as the backlog is long. So it looks at some of the oldest messages; only when those are not enough, at
 * the first ones of each place, from place to place by the index `inbox_order`.
 */
import type Database from "better-sqlite3";
import { type ClaimedRow, type InboxRow, longestClaimMs } from "../../src/core/ports/deliveries.ts";
import type { Store } from "../../src/core/ports/store.ts";

type Claim = Parameters<Store["claimInbox"]>[0];

/** For each message that is wanted so many of the oldest are looked at. */
const looksEach = 2;

/** Those behind it wait for a message until it has been tried in vain for long enough: see `Store.claimInbox`. */
const blocks = "(tried_at IS NULL OR tried_at > @before OR lease_until <= @before)";

const isDue = `state = 'pending' AND (lease_until IS NULL OR lease_until <= @now OR lease_until > @now + ${longestClaimMs})
  AND source NOT IN (SELECT value FROM json_each(@except))`;

/** Of the oldest messages those whose turn it is. All that are older than one of them are among them. */
const near = `
  SELECT seq FROM (
    SELECT seq, address, min(seq) FILTER (WHERE blocks) OVER (PARTITION BY address) AS first
    FROM (SELECT seq, address, ${blocks} AS blocks FROM inbox WHERE state = 'pending' ORDER BY seq LIMIT @oldest))
  WHERE address IS NULL OR first IS NULL OR first >= seq`;

/** Of each place those whose turn it is, and what has no place. */
const far = `
  WITH RECURSIVE place AS (
    SELECT 0 AS seq, '' AS address, 1 AS blocks
    UNION ALL
    SELECT inbox.seq, inbox.address, ${blocks} FROM place JOIN inbox ON inbox.seq = coalesce(
      CASE WHEN place.blocks THEN NULL ELSE (SELECT next.seq FROM inbox AS next
        WHERE next.state = 'pending' AND next.address = place.address AND next.seq > place.seq ORDER BY next.seq LIMIT 1) END,
      (SELECT next.seq FROM inbox AS next
        WHERE next.state = 'pending' AND next.address > place.address ORDER BY next.address, next.seq LIMIT 1))
  )
  SELECT seq FROM place
  UNION ALL
  SELECT seq FROM (SELECT seq FROM inbox WHERE ${isDue} AND address IS NULL AND +seq > @end ORDER BY seq LIMIT @limit)`;

/** The last of the oldest messages that are looked at; nothing: those are all. */
const end = "SELECT seq FROM inbox WHERE state = 'pending' ORDER BY seq LIMIT 1 OFFSET @oldest - 1";

const dueOf = (these: string) =>
  `SELECT seq FROM inbox WHERE seq IN (${these}) AND seq > @end AND ${isDue} ORDER BY seq LIMIT @limit`;

/** Where nobody has tried for as long as one has patience, it begins anew. An UPDATE returns its rows in no order. */
const take = `UPDATE inbox SET lease_until = @until,
    tried_at = CASE WHEN lease_until > @before THEN min(coalesce(tried_at, @now), @now) ELSE @now END
  WHERE seq IN (SELECT value FROM json_each(@these))
  RETURNING seq, source, key, body, received_at, state, run_id, outcome, lease_until, tried_at = @now AS first`;

type Claimed = Pick<InboxRow, "source" | "key" | "body" | "state" | "outcome"> & {
  seq: number;
  received_at: number;
  run_id: string | null;
  lease_until: number;
  first: 0 | 1;
};

/** To be called within a transaction. */
export function messageClaims(client: Database.Database): (claim: Claim) => ClaimedRow[] {
  const seqs = (text: string) => client.prepare<[object], number>(text).pluck();
  const [endOf, dueNear, dueFar] = [seqs(end), seqs(dueOf(near)), seqs(dueOf(far))];
  const taken = client.prepare<[object], Claimed>(take);
  return ({ now, leaseMs, limit, patienceMs, except = [] }) => {
    const times = { now, before: now - patienceMs };
    const looks = { ...times, limit, oldest: looksEach * limit, except: JSON.stringify(except) };
    const these = dueNear.all({ ...looks, end: Number.MIN_SAFE_INTEGER });
    const seen = these.length < limit ? endOf.get(looks) : undefined;
    if (seen !== undefined) these.push(...dueFar.all({ ...looks, end: seen, limit: limit - these.length }));
    return taken
      .all({ ...times, until: now + leaseMs, these: JSON.stringify(these) })
      .sort((a, b) => a.seq - b.seq)
      .map(({ seq: _, received_at, run_id, lease_until, first, ...row }) => ({
        ...row,
        ...{ receivedAt: received_at, runId: run_id, leaseUntil: lease_until, first: first === 1 },
      }));
  };
}
