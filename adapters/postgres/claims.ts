/** Runs as workers see them: which are due, who holds them, and until when. */
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { Store } from "../../src/core/ports/store.ts";
import { and, eq, inArray, sql } from "./drizzle.ts";
import { addRunJob } from "./jobs.ts";
import { runs } from "./schema.ts";

type Working = Pick<Store, "claim" | "renew" | "releaseAll" | "nextWake">;

/** Leases are compared on the database's clock, the one that all machines share. */
export const clockNow = sql`floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;

/** Claims skip rows that another process locks at the moment. Leases are measured by the database's clock. */
export function workRuns(db: NodePgDatabase): Working {
  return {
    async claim({ owner, now, leaseMs, limit, except = [], only }) {
      const isNamed = only
        ? sql`AND run_id IN (SELECT json_array_elements_text(${JSON.stringify(only)}::json))`
        : sql``;
      const { rows } = await db.execute<{ run_id: string; epoch: string; recovered: boolean }>(sql`
        WITH due AS (
          SELECT run_id, owner, wake_at FROM runs
          WHERE wake_at <= ${now} AND (owner IS NULL OR lease_until < ${clockNow})
            AND run_id NOT IN (SELECT json_array_elements_text(${JSON.stringify(except)}::json))
            ${isNamed}
          ORDER BY wake_at LIMIT ${limit}
          FOR UPDATE SKIP LOCKED
        ), taken AS (
          UPDATE runs
          SET owner = ${owner}, lease_until = ${clockNow} + ${leaseMs}, epoch = runs.epoch + 1, woken = 0
          FROM due WHERE runs.run_id = due.run_id
          RETURNING runs.run_id, runs.epoch, due.owner IS NOT NULL AS recovered, due.wake_at
        )
        SELECT run_id, epoch, recovered FROM taken ORDER BY wake_at`);
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
