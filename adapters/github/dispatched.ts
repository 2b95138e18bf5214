/** The run of a workflow that was started by hand: what is kept of it, and how it is found where GitHub told no id. */
import { z } from "zod";
import { answeredAt, ask } from "./errors.ts";
import { type Hub, named } from "./hub.ts";

export const dispatchedSchema = z.object({
  repo: z.string(),
  workflow: z.string(),
  run_id: z.int().nullable(),
  /** What the run's title holds. */
  mark: z.string().nullable(),
  /** When GitHub accepted it, by its own clock where it tells it. */
  since: z.string(),
});
export type Dispatched = z.infer<typeof dispatchedSchema>;

/** `since`: null where nobody knows any more when it was accepted. */
type Sought = Pick<Dispatched, "repo" | "workflow"> & { mark: string; since: string | null };

/** `at`: when GitHub answered, ms since the epoch. `isWhole`: all runs that it may be among were looked at. */
interface Found {
  run_id: number | null;
  at: number;
  isWhole: boolean;
}

/** So much earlier or later its run may say that it began: the mark is what proves it, and clocks differ. */
const marginMs = 3_600_000;
const perPage = 100;
/** GitHub lists no more of the runs that were asked for by time. */
export const mostListed = 1_000;

/**
 * By its mark alone: a run that merely began at the right time may be somebody else's. The time is bounded at both ends,
 * so that what is started later does not push it out of what GitHub lists.
 */
async function findRun(
  hub: Hub,
  { repo, workflow, mark, since }: Sought,
  signal: AbortSignal,
): Promise<Found> {
  const narrow = {
    event: "workflow_dispatch",
    per_page: perPage,
    ...(since === null ? {} : createdAround(since)),
  };
  for (let page = 1; ; page += 1) {
    const asked = { ...named(repo), workflow_id: workflow, ...narrow, page };
    const answer = await ask(hub, signal, ({ rest }) => rest.actions.listWorkflowRuns(asked));
    const { workflow_runs: runs } = answer.data;
    const run_id = runs.find(({ display_title: title }) => holds(title, mark))?.id ?? null;
    const isWhole = runs.length < perPage;
    if (run_id !== null || isWhole || page * perPage >= mostListed) {
      return { run_id, at: answeredAt(answer), isWhole };
    }
  }
}

/** Whole: that of the first call is the beginning of the tenth's. */
function holds(title: string, mark: string): boolean {
  for (let at = title.indexOf(mark); at >= 0; at = title.indexOf(mark, at + 1)) {
    const [before = "", after = ""] = [title[at - 1], title[at + mark.length]];
    if (!/[\w-]/.test(before + after)) return true;
  }
  return false;
}

function createdAround(since: string): { created: string } {
  const [from, to] = [-marginMs, marginMs].map((margin) => isoDate(Date.parse(since) + margin));
  return { created: `${from}..${to}` };
}

const mostRemembered = 1_000;

/** The same for looks that are repeated: what was found once stays it, and GitHub's limit is spared. */
export function runFinder(hub: Hub): (sought: Sought, signal: AbortSignal) => Promise<Found> {
  const known = new Map<string, number>();
  return async (sought, signal) => {
    const name = JSON.stringify([sought.repo, sought.workflow, sought.mark]);
    const run_id = known.get(name);
    if (run_id !== undefined) return { run_id, at: Date.now(), isWhole: true };
    const found = await findRun(hub, sought, signal);
    if (known.size >= mostRemembered) known.clear();
    if (found.run_id !== null) known.set(name, found.run_id);
    return found;
  };
}

/** `at`: ms since the epoch. */
export function isoDate(at: number): string {
  return new Date(at).toISOString();
}
