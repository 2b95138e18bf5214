/** Runs of the past by the words of their tasks, and how runs began and ended. */
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { TitledRun } from "../../src/core/ports/runs.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { edgesIn } from "../../src/core/store/event-rows.ts";
import { edgeEvents } from "../../src/core/store/rows.ts";
import { and, desc, inArray, sql } from "./drizzle.ts";
import { hasEnded } from "./runs.ts";
import { events, runs } from "./schema.ts";

export function recallRuns(db: NodePgDatabase): Pick<Store, "endedRunsWith" | "edgesOf"> {
  return {
    async endedRunsWith({ words, among }) {
      if (words.length === 0) return [];
      const held = words.map((word) => sql`(strpos(folded, ${plainText(word)}) > 0)::int`);
      const newest = db
        .select()
        .from(runs)
        .orderBy(desc(runs.launchedAt), desc(runs.runId))
        .limit(among)
        .as("runs");
      // The letters of a task are folded once, and each word is looked for once.
      const { rows } = await db.execute<TitledRun & Record<string, unknown>>(sql`
        WITH ended AS MATERIALIZED (
          SELECT run_id, agent, principal, task, launched_at, lower(task) AS folded FROM ${newest} WHERE ${hasEnded}
        ), counted AS MATERIALIZED (SELECT *, ${sql.join(held, sql` + `)} AS held FROM ended)
        SELECT run_id AS "runId", agent, principal, task, held FROM counted WHERE held > 0
        ORDER BY held DESC, launched_at DESC, run_id DESC`);
      return rows;
    },
    async edgesOf(runIds) {
      const ofRuns = sql`${events.runId} IN (SELECT json_array_elements_text(${JSON.stringify(runIds)}::json))`;
      return edgesIn(
        await db
          .select()
          .from(events)
          .where(and(ofRuns, inArray(events.type, [...edgeEvents]))),
      );
    },
  };
}
