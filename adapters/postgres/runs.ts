/** Runs as lists see them: reading and filtering. */
import type { SQL } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type { RunFilter } from "../../src/core/ports/runs.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { plainText } from "../../src/core/store/codec.ts";
import { eventsOf, eventsOrWhy, type ReadLog } from "../../src/core/store/event-rows.ts";
import { rowOfRun } from "../../src/core/store/rows.ts";
import { endedStatuses } from "../../src/core/text/status.ts";
import { and, asc, desc, eq, gt, inArray, sql } from "./drizzle.ts";
import { cameTo, launchNames, mentions, resultNames, used } from "./mentions.ts";
import { events, runs } from "./schema.ts";

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

type Reading = Pick<Store, "read" | "readEach" | "run" | "runs">;

/** Reads of whole runs reject with `UnreadableError`. */
export function readRuns(db: NodePgDatabase): Reading {
  // In one statement, so that the version and the events are of the same moment. Planned once per connection.
  const log = db
    .select({ version: runs.version, event: events })
    .from(runs)
    .leftJoin(events, and(eq(events.runId, runs.runId), gt(events.version, sql.placeholder("after"))))
    .where(eq(runs.runId, sql.placeholder("runId")))
    .orderBy(asc(events.version))
    .prepare("log");

  async function logOf(runId: string, after: number): Promise<ReadLog> {
    const rows = await log.execute({ runId: plainText(runId), after });
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
  };
}

export const hasEnded = inArray(runs.status, [...endedStatuses]);

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
    filter.tool === undefined ? undefined : used(filter.tool),
    filter.outcome ? cameTo(filter.outcome) : undefined,
    filter.runIds &&
      sql`${runs.runId} IN (SELECT json_array_elements_text(${JSON.stringify(filter.runIds)}::json))`,
    filter.near === undefined ? undefined : sql`starts_with(${runs.address}, ${plainText(filter.near)})`,
    filter.launchNames === undefined ? undefined : launchNames(filter.launchNames),
    filter.resultNames && resultNames(filter.resultNames),
    filter.before &&
      sql`(${runs.launchedAt}, ${runs.runId}) < (${filter.before.launchedAt}::bigint, ${filter.before.runId}::text)`,
  ];
  return list.filter((condition) => condition !== undefined);
}
