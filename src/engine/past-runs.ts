/** Finds ended runs by words, among those that whoever started the asking run may read. */
import type { Policy } from "../core/agent.ts";
import type { EdgeEvent, NamedRun, RunRow } from "../core/ports/runs.ts";
import { edgeText, finderOf, type PastRun, type Recalled, toldBy } from "../core/recall.ts";
import { asLauncher } from "../core/reduce/launcher.ts";
import { everyRun } from "../core/store/every.ts";
import { mayReadRow } from "../core/store/listed-runs.ts";
import { isEnded } from "../core/text/status.ts";
import type { Engine } from "./engine.ts";

type Deps = Pick<Engine, "store" | "state" | "events" | "policy" | "mayRead" | "unreadable">;

const mostRuns = 5;
/**
 * The titles of so many runs, the newest, are looked through: it takes the same time however many there are, and on SQLite
 * the process does nothing else meanwhile.
 */
const titlesOf = 5_000;
/** So many of those whose titles hold most of the words are looked at closely. */
const byTitle = 50;
/** And of so many others, the newest, how they began and ended. */
const newest = 300;
/** At most so many rows are looked at for those. */
const mostScanned = 2_000;

type IsMeant = (row: NamedRun) => boolean;

/**
 * Those that hold most of the words first, then the newest; none that holds less than half of what the best one does.
 * Neither the asking run nor the turn before it, of which it has been told.
 */
export async function pastRuns(deps: Deps, runId: string, words: readonly string[]): Promise<Recalled> {
  const asking = await deps.state(runId);
  if (!asking) throw new Error("only a run can look for past runs");
  const actor = asLauncher(asking);
  const isMeant: IsMeant = (row) =>
    row.runId !== runId && row.runId !== asking.follows?.runId && mayReadRow(deps, actor, row);
  const titled = await rowsByTitle(deps, words, isMeant);
  const recent = await newestRows(deps, isMeant);
  const rows = new Map([...titled, ...recent].map((row) => [row.runId, row]));
  const edges = await deps.store.edgesOf([...rows.keys()]);
  const ranked = rankedBy(words, [...rows.values()], edges);
  const damaged = new Set(edges.filter(({ event }) => event === null).map((edge) => edge.runId));
  const policy = await deps.policy(asking);
  const runs: PastRun[] = [];
  for (const { row, held } of ranked) {
    if (runs.length === mostRuns) break;
    const told = await tellOf(deps, row, policy);
    if (told === "damaged") damaged.add(row.runId);
    else if (told !== null) runs.push({ row, held, ...told });
  }
  return { runs, titlesOf, outcomesOf: recent.length, unreadable: damaged.size };
}

async function rowsByTitle({ store }: Deps, words: readonly string[], isMeant: IsMeant): Promise<RunRow[]> {
  const heldIn = finderOf(words);
  const found: { runId: string; holds: number }[] = [];
  // By how many of the words it holds: how many runs.
  const counts = Array.from({ length: words.length + 1 }, () => 0);
  for (const row of await store.endedRunsWith({ words, among: titlesOf })) {
    // The store counts what stands inside of a word as well: the rest hold no more than this one seems to.
    if (counts.slice(row.held).reduce((sum, runs) => sum + runs, 0) >= byTitle) break;
    if (!isMeant(row)) continue;
    const holds = heldIn(row.task).length;
    counts[holds] = (counts[holds] ?? 0) + 1;
    found.push({ runId: row.runId, holds });
  }
  const runIds = found.sort((a, b) => b.holds - a.holds).map(({ runId }) => runId);
  return store.runs({ runIds: runIds.slice(0, byTitle), limit: byTitle });
}

async function newestRows({ store }: Deps, isMeant: IsMeant): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  let scanned = 0;
  for await (const row of everyRun(store, {})) {
    if (isEnded(row.status) && isMeant(row)) rows.push(row);
    if (rows.length === newest || ++scanned === mostScanned) break;
  }
  return rows;
}

interface Ranked {
  row: RunRow;
  held: readonly string[];
}

function rankedBy(words: readonly string[], rows: readonly RunRow[], edges: readonly EdgeEvent[]): Ranked[] {
  const texts = new Map(rows.map((row) => [row.runId, [row.task]]));
  for (const { runId, event } of edges) if (event) texts.get(runId)?.push(edgeText(event));
  const heldIn = finderOf(words);
  const found = rows.map((row) => ({ row, held: heldIn(texts.get(row.runId)?.join("\n") ?? "") }));
  const most = Math.max(1, ...found.map(({ held }) => held.length));
  return found
    .filter(({ held }) => held.length * 2 >= most)
    .sort((a, b) => b.held.length - a.held.length || b.row.launchedAt - a.row.launchedAt);
}

/** null: it was forgotten. */
async function tellOf(deps: Deps, { runId }: RunRow, policy: Policy) {
  const events = await deps.unreadable.orNull(deps.events(runId));
  if (events === null) return "damaged";
  if (events.some(({ type }) => type === "forgotten")) return null;
  return toldBy(events, policy);
}
