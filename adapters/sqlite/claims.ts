/** Runs as workers see them: which are due, who holds them, and until when. */
import type { SQL } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import { longestClaimMs } from "../../src/core/ports/deliveries.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { and, asc, eq, inArray, isNotNull, isNull, lt, lte, or, sql } from "./drizzle.ts";
import type { Write } from "./group.ts";
import { runs } from "./schema.ts";

type Working = Pick<Store, "claim" | "renew" | "release" | "releaseAll" | "nextWake">;

/** The part of the store that workers use; there is one process, so leases only guard against its own past. */
export function workRuns(db: BetterSQLite3Database, write: Write): Working {
  const earliest = prepareEarliest(db);
  const now = sql.placeholder("now");
  // Whatever this process drives is in `except`: nobody else can be at work on what was held before the date was set back.
  const isSetBack = sql`${runs.leaseUntil} > ${now} + ${longestClaimMs}`;
  const free = or(isNull(runs.owner), lt(runs.leaseUntil, now), isSetBack);
  const due = db
    .select({ runId: runs.runId, epoch: runs.epoch, owner: runs.owner })
    .from(runs)
    .where(and(lte(runs.wakeAt, now), free, notAmong("except"), amongAny("only")))
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
    release: (owner, { runId, epoch, recovered }) =>
      write(() => {
        const mine = and(eq(runs.runId, runId), eq(runs.owner, owner), eq(runs.epoch, epoch));
        db.update(runs)
          .set(recovered ? { leaseUntil: 0 } : { owner: null, leaseUntil: null })
          .where(mine)
          .run();
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
