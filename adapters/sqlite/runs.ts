/** Runs as lists see them: reading and filtering. */
import type { SQL } from "drizzle-orm";
import type { BetterSQLite3Database } from "drizzle-orm/better-sqlite3";
import type { RunFilter } from "../../src/core/ports/runs.ts";
import type { Store } from "../../src/core/ports/store.ts";
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
    filter.tool === undefined ? undefined : used(filter.tool),
    filter.outcome ? cameTo(filter.outcome) : undefined,
    filter.runIds && sql`${runs.runId} IN (SELECT value FROM json_each(${JSON.stringify(filter.runIds)}))`,
    filter.near === undefined
      ? undefined
      : sql`substr(${runs.address}, 1, length(${filter.near})) = ${filter.near}`,
    filter.launchNames === undefined ? undefined : launchNames(filter.launchNames),
    filter.resultNames && resultNames(filter.resultNames),
    filter.before &&
      sql`(${runs.launchedAt}, ${runs.runId}) < (${filter.before.launchedAt}, ${filter.before.runId})`,
  ];
  return list.filter((condition) => condition !== undefined);
}
