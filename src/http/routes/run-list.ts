/** The list of runs: those that a caller may see, page by page. */
import type { Actor } from "../../core/actor.ts";
import type { RunFilter, RunRow } from "../../core/ports/runs.ts";
import { listedRuns, mayReadRow } from "../../core/store/listed-runs.ts";
import type { Server } from "../guard/context.ts";
import { cursorOf, parseCursor } from "../view/cursor.ts";
import { viewSummary } from "../view/run.ts";
import type { RunsQuery } from "../wire/queries.ts";
import type { RunList, RunSummary } from "../wire/runs.ts";

/** At most this many rows are looked at for one page: who may see little pages on instead of waiting. */
const maxScanned = 1000;

/** A page of the runs that the actor may see, newest first. */
export async function listRuns(server: Server, actor: Actor, query: RunsQuery): Promise<RunList> {
  const filter = filterOf(query);
  const found: RunRow[] = [];
  let before: RunFilter["before"] = filter.before;
  for (let scanned = 0; scanned < maxScanned; scanned += filter.limit) {
    const rows = await server.engine.store.runs({ ...filter, ...(before ? { before } : {}) });
    const readable = rows.filter((row) => mayReadRow(server.engine, actor, row));
    found.push(...(await withLogs(server, readable, query)));
    before = rows.at(-1);
    if (found.length > query.limit || rows.length < filter.limit) {
      return pageOf(server, found, query.limit);
    }
  }
  return { runs: await summariesOf(server, found), next: before ? placeOf(before) : null };
}

/** What stands in the logs alone is looked for in those of one page: never in all of them at once. */
async function withLogs(
  { engine }: Server,
  rows: readonly RunRow[],
  { tool, outcome }: RunsQuery,
): Promise<readonly RunRow[]> {
  if ((tool === undefined && outcome === undefined) || rows.length === 0) return rows;
  const runIds = rows.map(({ runId }) => runId);
  const asked = {
    ...(tool === undefined ? {} : { tool }),
    ...(outcome === undefined ? {} : { outcome }),
  };
  return await engine.store.runs({ runIds, ...asked, limit: runIds.length });
}

/** One more than fits was looked for: it says whether there is a next page. */
async function pageOf(server: Server, found: readonly RunRow[], limit: number): Promise<RunList> {
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const next = last && found.length > limit ? placeOf(last) : null;
  return { runs: await summariesOf(server, page), next };
}

async function summariesOf(server: Server, rows: readonly RunRow[]): Promise<RunSummary[]> {
  return (await listedRuns(server.engine.store, rows)).map((row) => viewSummary(row, server));
}

function filterOf(query: RunsQuery): RunFilter {
  const { status, agent, channel, principal, text, asking, parent, cursor, limit } = query;
  return {
    limit: limit + 1,
    ...(status ? { status } : {}),
    ...(agent === undefined ? {} : { agent }),
    ...(channel === undefined ? {} : { channel }),
    ...(principal === undefined ? {} : { principal }),
    ...(text === undefined ? {} : { text }),
    ...(asking === undefined ? {} : { asking }),
    ...(parent === undefined ? {} : { parentId: parent }),
    ...(cursor === undefined ? {} : { before: before(cursor) }),
  };
}

function placeOf({ launchedAt, runId }: Pick<RunRow, "launchedAt" | "runId">): string {
  return cursorOf({ at: launchedAt, id: runId });
}

function before(cursor: string): { launchedAt: number; runId: string } {
  const { at, id } = parseCursor(cursor, "newest");
  return { launchedAt: at, runId: id };
}
