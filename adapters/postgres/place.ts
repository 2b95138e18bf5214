/** Places where runs speak: which run is meant there, and launches that must have one for themselves. */
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { PoolClient } from "pg";
import type { Commit, Only } from "../../src/core/ports/commit.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { endedStatuses, isEnded } from "../../src/core/text/status.ts";
import { sql } from "./drizzle.ts";
import { constant, type Sql } from "./statement.ts";

const hasEnded = `status IN (${endedStatuses.map((status) => `'${status}'`).join(", ")})`;

/**
 * Of the runs that have ended here only the newest is looked at, however many there were. Two things keep the planner
 * from worse, whatever the statistics say: a place that is between itself and itself, by whose index alone the newest is
 * found, and not back through the runs of all places; and a limit of one row, for which it does not read all runs.
 */
export function readPlaces(db: NodePgDatabase): Pick<Store, "runAt" | "liveRunsAt"> {
  return {
    async runAt(given) {
      const address = plainText(given);
      const { rows } = await db.execute<{ run_id: string }>(sql`
        SELECT here.run_id FROM (
          SELECT seq, run_id FROM addresses WHERE address = ${address} AND ended = 0
          UNION ALL (
            SELECT seq, run_id FROM addresses
            WHERE address BETWEEN ${address} AND ${address} AND ended BETWEEN 1 AND 1
            ORDER BY address DESC, ended DESC, seq DESC LIMIT 1)
        ) AS here, LATERAL (SELECT status, asking FROM runs WHERE runs.run_id = here.run_id LIMIT 1) AS run
        ORDER BY ${sql.raw(hasEnded)}, asking > 0 DESC, seq DESC LIMIT 1`);
      return rows[0]?.run_id ?? null;
    },
    async liveRunsAt(address) {
      const { rows } = await db.execute<{ run_id: string }>(sql`
        SELECT run_id FROM addresses JOIN runs USING (run_id)
        WHERE addresses.address = ${plainText(address)} AND ended = 0 AND NOT ${sql.raw(hasEnded)} ORDER BY seq`);
      return rows.map(({ run_id }) => run_id);
    },
  };
}

/**
 * Holds the place until the transaction ends, then looks: the run that stands against the launch, or null. The lock
 * comes first, in a statement of its own, so that the look sees what its last holder has committed.
 */
export async function takePlace(
  client: PoolClient,
  { address, after }: Only,
  runId: string,
): Promise<string | null> {
  const place = plainText(address);
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [place]);
  const { rows } = await client.query<{ run_id: string }>(
    `SELECT runs.run_id FROM addresses JOIN runs USING (run_id)
     WHERE addresses.address = $1 AND ended = 0 AND runs.run_id <> $2 AND NOT ${hasEnded}
       AND seq > coalesce((SELECT seq FROM addresses WHERE address = $1 AND run_id = $3), 0)
     ORDER BY seq DESC LIMIT 1`,
    [place, runId, after],
  );
  return rows[0]?.run_id ?? null;
}

const left = constant(`left_places AS (
  UPDATE addresses SET ended = 1 FROM guard WHERE addresses.run_id = guard.run_id AND ended = 0 AND ${hasEnded})`);

/** The part of a commit's statement that takes runs which end from among those that go on at their places. */
export function placesLeft(commits: readonly Commit[]): Sql[] {
  return commits.some(({ row }) => isEnded(row.status)) ? [left] : [];
}
