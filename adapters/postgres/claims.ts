/** Runs as workers see them: which are due, who holds them, and until when. */
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Pool } from "pg";
import type { Store } from "../../src/core/ports/store.ts";
import { and, eq, inArray, sql } from "./drizzle.ts";
import { addRunJob } from "./jobs.ts";
import { runs } from "./schema.ts";

type Working = Pick<Store, "claim" | "renew" | "releaseAll" | "nextWake">;

/** Leases are compared on the database's clock, the one that all machines share. */
const clockMs = "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint";
export const clockNow = sql.raw(clockMs);

/** Named, so that each connection plans it once: between a wake-up and the next step nothing else takes longer. */
function claimOf(name: string, which: string): { name: string; text: string } {
  const text = `
    WITH due AS (
      SELECT run_id, owner, wake_at FROM runs
      WHERE wake_at <= $1 AND (owner IS NULL OR lease_until < ${clockMs}) AND run_id <> ALL($2::text[]) ${which}
      ORDER BY wake_at LIMIT $3
      FOR UPDATE SKIP LOCKED
    ), taken AS (
      UPDATE runs
      SET owner = $4, lease_until = ${clockMs} + $5::bigint, epoch = runs.epoch + 1, woken = 0
      FROM due WHERE runs.run_id = due.run_id
      RETURNING runs.run_id, runs.epoch, due.owner IS NOT NULL AS recovered, due.wake_at
    )
    SELECT run_id, epoch, recovered FROM taken ORDER BY wake_at`;
  return { name, text };
}

const claimDue = claimOf("claim_due", "");
const claimNamed = claimOf("claim_named", "AND run_id = ANY($6::text[])");

/** Claims skip rows that another process locks at the moment. Leases are measured by the database's clock. */
export function workRuns(db: NodePgDatabase, pool: Pool): Working {
  return {
    async claim({ owner, now, leaseMs, limit, except = [], only }) {
      const values = [now, except, limit, owner, leaseMs, ...(only ? [only] : [])];
      const { rows } = await pool.query<{ run_id: string; epoch: string; recovered: boolean }>({
        ...(only ? claimNamed : claimDue),
        values,
      });
      return rows.map(({ run_id, epoch, recovered }) => ({ runId: run_id, epoch: Number(epoch), recovered }));
    },
    async renew({ owner, leaseMs, runIds }) {
      const held = await db
        .update(runs)
        .set({ leaseUntil: sql`${clockNow} + ${leaseMs}` })
        .where(and(eq(runs.owner, owner), inArray(runs.runId, [...runIds])))
        .returning({ runId: runs.runId });
      return held.map((run) => run.runId);
    },
    async releaseAll(owner) {
      await db.execute(sql`
        WITH released AS (
          UPDATE runs SET owner = NULL, lease_until = NULL, wake_at = 0 WHERE owner = ${owner}
          RETURNING run_id, wake_at
        ) SELECT ${sql.raw(addRunJob)} FROM released`);
    },
    async nextWake() {
      // A held run is due when its lease ends at the earliest: else a worker would wake up for its own runs for ever.
      const { rows } = await db.execute<{ at: string | null }>(sql`
        SELECT least(
          (SELECT min(wake_at) FROM runs WHERE wake_at IS NOT NULL AND owner IS NULL),
          (SELECT min(greatest(wake_at, lease_until)) FROM runs WHERE wake_at IS NOT NULL AND owner IS NOT NULL)
        ) AS at`);
      const at = rows[0]?.at ?? null;
      return at === null ? null : Number(at);
    },
  };
}
