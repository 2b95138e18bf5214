/** Places where runs speak: which run is meant there, and launches that must have one for themselves. */
import type Database from "better-sqlite3";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { Only } from "../../src/core/ports/commit.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { endedStatuses } from "../../src/core/text/status.ts";
import { and, desc, eq, ne, not, sql } from "./drizzle.ts";
import { hasEnded } from "./runs.ts";
import { addresses, runs } from "./schema.ts";

/** Of the runs that have ended here only the newest is looked at, however many there were. */
const meant = `
  SELECT run_id FROM (
    SELECT seq, run_id FROM addresses WHERE address = @address AND ended = 0
    UNION ALL
    SELECT * FROM (SELECT seq, run_id FROM addresses WHERE address = @address AND ended = 1 ORDER BY seq DESC LIMIT 1)
  ) CROSS JOIN runs USING (run_id)
  ORDER BY status IN (SELECT value FROM json_each(@ended)), asking > 0 DESC, seq DESC LIMIT 1`;

const live = `
  SELECT run_id FROM addresses JOIN runs USING (run_id)
  WHERE addresses.address = @address AND addresses.ended = 0 AND status NOT IN (SELECT value FROM json_each(@ended))
  ORDER BY seq`;

export function readPlaces(client: Database.Database): Pick<Store, "runAt" | "liveRunsAt"> {
  const runMeant = client.prepare<[object], string>(meant).pluck();
  const runsLive = client.prepare<[object], string>(live).pluck();
  const ended = JSON.stringify(endedStatuses);
  return {
    async runAt(address) {
      return runMeant.get({ address, ended }) ?? null;
    },
    async liveRunsAt(address) {
      return runsLive.all({ address, ended });
    },
  };
}

/** The run that stands against the launch, or null. Rare (deliveries about one matter), so not prepared. */
export function takenAt(db: BetterSQLite3Database, { address, after }: Only, runId: string): string | null {
  const here = and(eq(addresses.address, address), eq(addresses.ended, 0));
  const seen = db
    .select({ seq: addresses.seq })
    .from(addresses)
    .where(and(eq(addresses.address, address), eq(addresses.runId, after ?? "")));
  const newest = db
    .select({ runId: addresses.runId })
    .from(addresses)
    .innerJoin(runs, eq(runs.runId, addresses.runId))
    .where(and(here, sql`${addresses.seq} > coalesce((${seen}), 0)`, not(hasEnded), ne(runs.runId, runId)))
    .orderBy(desc(addresses.seq));
  return newest.limit(1).get()?.runId ?? null;
}

/** What a commit writes of its run's places: that it speaks there, and that it has ended. */
export function preparePlaces(db: BetterSQLite3Database) {
  const ofRun = and(eq(addresses.runId, sql.placeholder("runId")), eq(addresses.ended, 0));
  return {
    address: db
      .insert(addresses)
      .values({ address: sql.placeholder("address"), runId: sql.placeholder("runId") })
      .onConflictDoNothing()
      .prepare(),
    left: db.update(addresses).set({ ended: 1 }).where(ofRun).prepare(),
  };
}
