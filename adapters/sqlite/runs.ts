/** Runs as lists and workers see them: reading, filtering, claiming. */
import type { SQL } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { RunFilter, Store } from "../../src/core/ports/store.ts";
import { eventsOf, eventsOrWhy, type ReadLog } from "../../src/core/store/event-rows.ts";
import { rowOfRun } from "../../src/core/store/rows.ts";
import { endedStatuses } from "../../src/core/text/status.ts";
import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt, lte, or, sql } from "./drizzle.ts";
import type { Write } from "./group.ts";
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
export function readRuns(db: BetterSQLite3Database): Reading {
  const after = db
    .select()
    .from(events)
    .where(and(eq(events.runId, sql.placeholder("runId")), gt(events.version, sql.placeholder("after"))))
    .orderBy(asc(events.version))
    .prepare();
  const version = db
    .select({ version: runs.version })
    .from(runs)
    .where(eq(runs.runId, sql.placeholder("runId")))
    .prepare();
  const one = db
    .select(runColumns)
    .from(runs)
    .where(eq(runs.runId, sql.placeholder("runId")))
    .prepare();

  const logOf = (runId: string, from: number): ReadLog => {
    const records = after.all({ runId, after: from });
    return { runId, after: from, version: version.get({ runId })?.version ?? 0, records };
  };

  return {
    async read(runId, from = 0) {
      return eventsOf(logOf(runId, from));
    },
    async readEach(runId, from) {
      return eventsOrWhy(logOf(runId, from));
    },
    async run(runId) {
      const record = one.get({ runId });
      return record ? rowOfRun(record) : null;
    },
    async runs(filter) {
      const newest = db
        .select(runColumns)
        .from(runs)
        .where(and(...conditions(filter)))
        .orderBy(desc(runs.launchedAt), desc(runs.runId));
      return newest.limit(filter.limit).all().map(rowOfRun);
    },
    async runAt(address) {
      const newest = db
        .select({ runId: addresses.runId })
        .from(addresses)
        .leftJoin(runs, eq(runs.runId, addresses.runId))
        .where(eq(addresses.address, address))
        .orderBy(asc(hasEnded), desc(sql`${runs.asking} > 0`), desc(addresses.seq));
      return newest.limit(1).get()?.runId ?? null;
    },
  };
}

/** The condition on a row that its run has come to its end. */
export const hasEnded = inArray(runs.status, [...endedStatuses]);

/** The keys of a filter are the ones listed here; whatever came from outside is a parameter. */
function conditions(filter: RunFilter): SQL[] {
  const list: (SQL | undefined)[] = [
    filter.status && inArray(runs.status, [...filter.status]),
    filter.agent !== undefined ? eq(runs.agent, filter.agent) : undefined,
    filter.channel !== undefined ? eq(runs.channel, filter.channel) : undefined,
    filter.principal !== undefined ? eq(runs.principal, filter.principal) : undefined,
    filter.parentId !== undefined ? eq(runs.parentId, filter.parentId) : undefined,
    filter.text ? mentions(filter.text) : undefined,
    filter.asking ? gt(runs.asking, 0) : undefined,
    filter.runIds && sql`${runs.runId} IN (SELECT value FROM json_each(${JSON.stringify(filter.runIds)}))`,
    filter.near === undefined
      ? undefined
      : sql`substr(${runs.address}, 1, length(${filter.near})) = ${filter.near}`,
    filter.before &&
      sql`(${runs.launchedAt}, ${runs.runId}) < (${filter.before.launchedAt}, ${filter.before.runId})`,
  ];
  return list.filter((condition) => condition !== undefined);
}

type Working = Pick<Store, "claim" | "renew" | "releaseAll" | "nextWake">;

/** The part of the store that workers use; there is one process, so leases only guard against its own past. */
export function workRuns(db: BetterSQLite3Database, write: Write): Working {
  const earliest = prepareEarliest(db);
  const free = or(isNull(runs.owner), lt(runs.leaseUntil, sql.placeholder("now")));
  const due = db
    .select({ runId: runs.runId, epoch: runs.epoch, owner: runs.owner })
    .from(runs)
    .where(and(lte(runs.wakeAt, sql.placeholder("now")), free, notAmong("except"), amongAny("only")))
    .orderBy(asc(runs.wakeAt))
    .limit(sql.placeholder("limit"))
    .prepare();
  const take = db
    .update(runs)
    .set({
      owner: sql`${sql.placeholder("owner")}`,
      leaseUntil: sql`${sql.placeholder("leaseUntil")}`,
      epoch: sql`${runs.epoch} + 1`,
      woken: 0,
    })
    .where(eq(runs.runId, sql.placeholder("runId")))
    .prepare();

  return {
    claim: ({ owner, now, leaseMs, limit, except = [], only }) =>
      write(() =>
        due
          .all({ now, limit, except: JSON.stringify(except), only: only ? JSON.stringify(only) : null })
          .map((run) => {
            take.run({ runId: run.runId, owner, leaseUntil: now + leaseMs });
            return { runId: run.runId, epoch: run.epoch + 1, recovered: run.owner !== null };
          }),
      ),
    renew: ({ owner, now, leaseMs, runIds }) =>
      write(() => {
        const held = db
          .update(runs)
          .set({ leaseUntil: now + leaseMs })
          .where(and(eq(runs.owner, owner), inArray(runs.runId, [...runIds])));
        return held
          .returning({ runId: runs.runId })
          .all()
          .map((run) => run.runId);
      }),
    releaseAll: (owner) =>
      write(() => {
        db.update(runs).set({ owner: null, leaseUntil: null, wakeAt: 0 }).where(eq(runs.owner, owner)).run();
      }),
    async nextWake() {
      return earliest();
    },
  };
}

function notAmong(list: string): SQL {
  return sql`${runs.runId} NOT IN (SELECT value FROM json_each(${sql.placeholder(list)}))`;
}

/** Without a list any run will do. */
function amongAny(list: string): SQL {
  const named = sql.placeholder(list);
  return sql`(${named} IS NULL OR ${runs.runId} IN (SELECT value FROM json_each(${named})))`;
}

/** A held run is due when its lease ends at the earliest: else a worker would wake up for its own runs for ever. */
function prepareEarliest(db: BetterSQLite3Database): () => number | null {
  const unheld = db
    .select({ wakeAt: runs.wakeAt })
    .from(runs)
    .where(and(isNotNull(runs.wakeAt), isNull(runs.owner)))
    .orderBy(asc(runs.wakeAt))
    .limit(1)
    .prepare();
  const held = db
    .select({ at: sql<number | null>`min(max(${runs.wakeAt}, ${runs.leaseUntil}))` })
    .from(runs)
    .where(and(isNotNull(runs.wakeAt), isNotNull(runs.owner)))
    .prepare();
  return () => {
    const times = [unheld.get()?.wakeAt, held.get()?.at].filter((at) => at !== null && at !== undefined);
    return times.length > 0 ? Math.min(...times) : null;
  };
}

/** What a former process held is free: the lock on the file says that it is gone. */
export function expireLeases(db: BetterSQLite3Database): void {
  db.update(runs).set({ leaseUntil: 0 }).where(isNotNull(runs.owner)).run();
}
