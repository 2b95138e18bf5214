/** What the bots themselves say of their runs when all is over, by their API. */
import type { Bots } from "./bots.ts";
import { itemIn } from "./ledger.ts";

export interface SeenEvent {
  version: number;
  type: string;
  /** ms since the epoch */
  at: number;
  data: Record<string, unknown>;
}

export interface SeenRun {
  id: string;
  /** What it works on; null: its launch names nothing that was ever sent. */
  item: string | null;
  status: string;
  events: readonly SeenEvent[];
}

interface Row {
  id: string;
  status: string;
}

/** Rows only, newest first; `status`: a filter, with commas. */
export async function rowsOf(bots: Bots, status = ""): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const query: string = `limit=100${status && `&status=${status}`}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
    const page = (await bots.ask(`/agent/runs?${query}`)) as { runs: Row[]; next: string | null };
    rows.push(...page.runs);
    cursor = page.next;
  }
  return rows;
}

export async function runsOf(bots: Bots): Promise<SeenRun[]> {
  const runs: SeenRun[] = [];
  for (const { id, status } of await rowsOf(bots)) {
    const { events } = (await bots.ask(`/agent/runs/${id}/events`)) as { events: SeenEvent[] };
    runs.push({ id, status, events, item: itemIn(JSON.stringify(events[0]?.data)) });
  }
  return runs;
}
