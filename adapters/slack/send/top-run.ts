/** A child run speaks where its parent does: what concerns a thread concerns the run at the top. */
import type { Inlet } from "../../../src/core/ports/channel.ts";
import type { RunRow } from "../../../src/core/ports/runs.ts";

/** Null for a run that nobody knows. */
export async function topRun(store: Pick<Inlet["store"], "run">, runId: string): Promise<RunRow | null> {
  const row = await store.run(runId);
  return row?.parentId ? topRun(store, row.parentId) : row;
}
