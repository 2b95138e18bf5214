/**
 * Which messages a process gets to work off: the oldest that are free and whose turn it is in their place.
 *
 * Of a place with a long backlog only the first message can be had, and a claim that went over all those behind it would
 * cost as much as the backlog is long. So it looks at some of the oldest messages; only when those are not enough, at
 * the first ones of each place, from place to place by the index `inbox_order`.
 */
import type { Pool } from "pg";
import type { ClaimedRow, InboxRow } from "../../src/core/ports/deliveries.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { clockMs } from "./claims.ts";
import { isTooLong } from "./set-back.ts";

/** For each message that is wanted so many of the oldest are looked at. */
const looksEach = 2;
/** Behind each message of its place. */
const endOfPlace = "9223372036854775807";

/**
 * A number that the planner does not see: it takes it for a tenth of the rows, and goes by the index that has their order.
 * By a number that it sees, and statistics of a quiet hour, it reads and sorts all that wait.
 */
const limitTo = (most: string) => `LIMIT (SELECT ${most}::bigint)`;

/** Those behind it wait for a message until it has been tried in vain for long enough: see `Store.claimInbox`. */
const blocks = `(tried_at IS NULL OR tried_at > ${clockMs} - $3 OR lease_until <= ${clockMs} - $3)`;

/** By the database's clock: processes on several machines must agree on when a lease is over. */
const isFree = `source <> ALL ($5::text[])
  AND (lease_until IS NULL OR lease_until <= ${clockMs} OR ${isTooLong})`;

const isDue = `state = 'pending' AND ${isFree}`;

/** The next place. Pending in the words of the index `inbox_order`. */
const nextInOrder = `SELECT seq, address, CASE WHEN ${blocks} THEN ${endOfPlace} ELSE seq END AS behind FROM inbox
  WHERE state <> 'done' AND state <> 'refused' AND (address, seq) > (place.address, place.behind)
  ORDER BY address, seq LIMIT 1`;

/** What is said nowhere in particular and waits for nobody. */
const furtherUnordered = `SELECT seq FROM inbox
  WHERE state <> 'done' AND state <> 'refused' AND address IS NULL AND seq > (SELECT max(seq) FROM oldest) AND ${isFree}
  ORDER BY address, seq ${limitTo("$4")}`;

/** $1 limit, $2 leaseMs, $3 patienceMs, $4 how many of the oldest, $5 sources of others. */
const text = `
  WITH RECURSIVE oldest AS (
    SELECT seq, address, ${blocks} AS blocks FROM inbox WHERE state = 'pending' ORDER BY seq ${limitTo("$4")}
  ), seen AS (
    SELECT seq, address, min(seq) FILTER (WHERE blocks) OVER (PARTITION BY address) AS first FROM oldest
  ), near AS (
    SELECT seq FROM inbox
    WHERE seq = ANY (ARRAY(SELECT seq FROM seen WHERE address IS NULL OR first IS NULL OR first >= seq)) AND ${isDue}
    ORDER BY seq LIMIT $1 FOR UPDATE SKIP LOCKED
  ), place AS (
    SELECT 0::bigint AS seq, '' AS address, 0::bigint AS behind
    UNION ALL
    SELECT next.* FROM place, LATERAL (${nextInOrder}) AS next
  ), far AS (
    SELECT seq FROM inbox
    WHERE (SELECT count(*) FROM near) < $1 AND (SELECT count(*) FROM oldest) = $4 AND ${isDue}
      AND seq > (SELECT max(seq) FROM oldest) AND seq = ANY (ARRAY(SELECT seq FROM place
        UNION ALL (${furtherUnordered})))
    ORDER BY seq LIMIT $1 - (SELECT count(*) FROM near) FOR UPDATE SKIP LOCKED
  ), clock AS MATERIALIZED (SELECT ${clockMs} AS now)
  UPDATE inbox SET lease_until = now + $2,
    -- Where nobody has tried for as long as one has patience, it begins anew.
    tried_at = CASE WHEN lease_until > now - $3 THEN least(tried_at, now) ELSE now END
  FROM clock WHERE seq IN (SELECT seq FROM near UNION ALL SELECT seq FROM far)
  RETURNING seq, source, key, body, received_at, state, run_id, outcome, lease_until, tried_at = now AS first`;

/** The messages of `claimed`, as long as nobody else has claimed them since. */
const untried = `
  UPDATE inbox SET tried_at = NULL
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS claimed (source, key, lease_until)
  WHERE inbox.source = claimed.source AND inbox.key = claimed.key AND inbox.lease_until = claimed.lease_until`;

type Claimed = Pick<InboxRow, "source" | "key" | "body" | "state" | "outcome"> & {
  seq: string;
  received_at: string;
  run_id: string | null;
  lease_until: string;
  first: boolean;
};

/** In one statement; what others claim in this moment is left to them. */
export async function claimMessages(
  pool: Pool,
  { leaseMs, limit, patienceMs, except = [] }: Parameters<Store["claimInbox"]>[0],
): Promise<ClaimedRow[]> {
  const values = [limit, leaseMs, patienceMs, looksEach * limit, except];
  const { rows } = await pool.query<Claimed>({ name: "claim_inbox", text, values });
  // An UPDATE returns its rows in no order.
  const inOrder = rows.toSorted((a, b) => Number(a.seq) - Number(b.seq));
  return inOrder.map(({ seq: _, received_at, run_id, lease_until, ...row }) => ({
    ...row,
    receivedAt: Number(received_at),
    runId: run_id,
    leaseUntil: Number(lease_until),
  }));
}

export async function markUntried(pool: Pool, claimed: Parameters<Store["markUntried"]>[0]): Promise<void> {
  const values = [
    claimed.map(({ source }) => source),
    claimed.map(({ key }) => key),
    claimed.map(({ leaseUntil }) => leaseUntil),
  ];
  await pool.query({ name: "mark_untried", text: untried, values });
}
