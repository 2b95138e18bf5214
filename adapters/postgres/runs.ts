/** Runs as lists and workers see them: reading, filtering, claiming. */

import type { SQL } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { RunFilter, Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { eventsOf, eventsOrWhy, type ReadLog } from "../../src/core/store/event-rows.ts";
import { rowOfRun } from "../../src/core/store/rows.ts";
import { endedStatuses } from "../../src/core/text/status.ts";
import { and, asc, desc, eq, gt, inArray, sql } from "./drizzle.ts";
import { addRunJob } from "./jobs.ts";
import { mentions } from "./mentions.ts";
import { addresses, events, runs } from "./schema.ts";

const runColumns = {
  runId: runs.runId,
  version: runs.version,
  status: runs.status,
  agent: runs.agent,
  task: runs.task,
  channel: runs.channel,
  principal: runs.principal,
  personName: runs.personName,
  address: runs.address,
  parentId: runs.parentId,
  steps: runs.steps,
  tokens: runs.tokens,
  costMicros: runs.costMicros,
  asking: runs.asking,
  launchedAt: runs.launchedAt,
  updatedAt: runs.updatedAt,
};

type Reading = Pick<Store, "read" | "readEach" | "run" | "runs" | "runAt">;

/** Reads of whole runs reject with `UnreadableError`. */
export function readRuns(db: NodePgDatabase): Reading {
  async function logOf(runId: string, after: number): Promise<ReadLog> {
    // In one statement, so that the version and the events are of the same moment.
    const rows = await db
      .select({ version: runs.version, event: events })
      .from(runs)
      .leftJoin(events, and(eq(events.runId, runs.runId), gt(events.version, after)))
      .where(eq(runs.runId, plainText(runId)))
      .orderBy(asc(events.version));
    const records = rows.flatMap((row) => row.event ?? []);
    return { runId, after, version: rows[0]?.version ?? 0, records };
  }

  return {
    async read(runId, after = 0) {
      return eventsOf(await logOf(runId, after));
    },
    async readEach(runId, after) {
      return eventsOrWhy(await logOf(runId, after));
    },
    async run(runId) {
      const [record] = await db
        .select(runColumns)
        .from(runs)
        .where(eq(runs.runId, plainText(runId)));
      return record ? rowOfRun(record) : null;
    },
    async runs(filter) {
      const newest = db
        .select(runColumns)
        .from(runs)
        .where(and(...conditions(filter)))
        .orderBy(desc(runs.launchedAt), desc(runs.runId));
      return (await newest.limit(filter.limit)).map(rowOfRun);
    },
    async runAt(address) {
      const newest = db
        .select({ runId: addresses.runId })
        .from(addresses)
        .leftJoin(runs, eq(runs.runId, addresses.runId))
        .where(eq(addresses.address, plainText(address)))
        .orderBy(asc(hasEnded), desc(sql`${runs.asking} > 0`), desc(addresses.seq));
      const [row] = await newest.limit(1);
      return row?.runId ?? null;
    },
  };
}

const hasEnded = inArray(runs.status, [...endedStatuses]);

/** The keys of a filter are the ones listed here; whatever came from outside is a parameter. */
function conditions(filter: RunFilter): SQL[] {
  const list: (SQL | undefined)[] = [
    filter.status && inArray(runs.status, [...filter.status]),
    filter.agent !== undefined ? eq(runs.agent, plainText(filter.agent)) : undefined,
    filter.channel !== undefined ? eq(runs.channel, plainText(filter.channel)) : undefined,
    filter.principal !== undefined ? eq(runs.principal, plainText(filter.principal)) : undefined,
    filter.parentId !== undefined ? eq(runs.parentId, plainText(filter.parentId)) : undefined,
    filter.text ? mentions(filter.text) : undefined,
    filter.asking ? gt(runs.asking, 0) : undefined,
    filter.runIds &&
      sql`${runs.runId} IN (SELECT json_array_elements_text(${JSON.stringify(filter.runIds)}::json))`,
    filter.near === undefined ? undefined : sql`starts_with(${runs.address}, ${plainText(filter.near)})`,
    filter.before &&
      sql`(${runs.launchedAt}, ${runs.runId}) < (${filter.before.launchedAt}::bigint, ${filter.before.runId}::text)`,
  ];
  return list.filter((condition) => condition !== undefined);
}

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
