/** Runs of the past by the words of their tasks, and how runs began and ended. */
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { TitledRun } from "../../src/core/ports/runs.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { edgesIn } from "../../src/core/store/event-rows.ts";
import { edgeEvents } from "../../src/core/store/rows.ts";
import { and, desc, inArray, sql } from "./drizzle.ts";
import { hasEnded } from "./runs.ts";
import { events, runs } from "./schema.ts";

export function recallRuns(db: BetterSQLite3Database): Pick<Store, "endedRunsWith" | "edgesOf"> {
  return {
    async endedRunsWith({ words, among }) {
      if (words.length === 0) return [];
      const held = words.map((word) => sql`(instr(folded, ${word}) > 0)`);
      const newest = db
        .select()
        .from(runs)
        .orderBy(desc(runs.launchedAt), desc(runs.runId))
        .limit(among)
        .as("runs");
      // The letters of a task are folded once, and each word is looked for once.
      return db.all<TitledRun>(sql`
        WITH ended AS MATERIALIZED (
          SELECT run_id, agent, principal, task, launched_at, fold(task) AS folded FROM ${newest} WHERE ${hasEnded}
        ), counted AS MATERIALIZED (SELECT *, ${sql.join(held, sql` + `)} AS held FROM ended)
        SELECT run_id AS "runId", agent, principal, task, held FROM counted WHERE held > 0
        ORDER BY held DESC, launched_at DESC, run_id DESC`);
    },
    async edgesOf(runIds) {
      const ofRuns = sql`${events.runId} IN (SELECT value FROM json_each(${JSON.stringify(runIds)}))`;
      const edges = and(ofRuns, inArray(events.type, [...edgeEvents]));
      return edgesIn(db.select().from(events).where(edges).all());
    },
  };
}
