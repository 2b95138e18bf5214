/** Whole lists of a store, read a page at a time: for whoever must not stop at the first so many. */
import type { QuestionRow, RunFilter, RunRow } from "../ports/runs.ts";
import type { Store } from "../ports/store.ts";

const pageLength = 500;

/** Open questions of all runs, or of one, oldest first. Those that can't be read are left out. */
export async function* everyOpenQuestion(
  store: Pick<Store, "openQuestions">,
  of: { runId?: string } = {},
): AsyncGenerator<QuestionRow> {
  for (let after = null, page = null; page === null || after !== null; after = page.next) {
    page = await store.openQuestions({ ...of, limit: pageLength, after });
    yield* page.rows;
  }
}

/** Runs that fit the filter, newest first. */
export async function* everyRun(
  store: Pick<Store, "runs">,
  filter: Omit<RunFilter, "limit" | "before">,
): AsyncGenerator<RunRow> {
  for (let before: RunRow | undefined; ; ) {
    const rows = await store.runs({ ...filter, limit: pageLength, ...(before ? { before } : {}) });
    yield* rows;
    before = rows.at(-1);
    if (rows.length < pageLength) return;
  }
}
