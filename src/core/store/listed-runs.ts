/** Runs as lists show them: their rows, and whether what they wait for is an approval. */
import type { RunRow } from "../ports/runs.ts";
import type { Store } from "../ports/store.ts";
import { everyOpenQuestion } from "./every.ts";

/** `forApproval`: one of its open questions is an approval. */
export type ListedRun = RunRow & { forApproval: boolean };

/** In the order of `rows`. A question that can't be read counts as an answer that is waited for. */
export async function listedRuns(
  store: Pick<Store, "openQuestions">,
  rows: readonly RunRow[],
): Promise<ListedRun[]> {
  const runIds = rows.filter(({ asking }) => asking > 0).map(({ runId }) => runId);
  const approvals = new Set<string>();
  if (runIds.length > 0) {
    for await (const { runId, question } of everyOpenQuestion(store, { runIds })) {
      if (question.kind === "approval") approvals.add(runId);
    }
  }
  return rows.map((row) => ({ ...row, forApproval: approvals.has(row.runId) }));
}
