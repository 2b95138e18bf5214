/** Launches that must have an address for themselves: the look and the launch are one job, with nothing between. */
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { Only } from "../../src/core/ports/commit.ts";
import { and, desc, eq, ne, not, sql } from "./drizzle.ts";
import { hasEnded } from "./runs.ts";
import { addresses, runs } from "./schema.ts";

/** The run that stands against the launch, or null. Rare (deliveries about one matter), so not prepared. */
export function takenAt(db: BetterSQLite3Database, { address, after }: Only, runId: string): string | null {
  const here = eq(addresses.address, address);
  const seen = db
    .select({ seq: addresses.seq })
    .from(addresses)
    .where(and(here, eq(addresses.runId, after ?? "")));
  const newest = db
    .select({ runId: addresses.runId })
    .from(addresses)
    .innerJoin(runs, eq(runs.runId, addresses.runId))
    .where(and(here, sql`${addresses.seq} > coalesce((${seen}), 0)`, not(hasEnded), ne(runs.runId, runId)))
    .orderBy(desc(addresses.seq));
  return newest.limit(1).get()?.runId ?? null;
}
