/** Whole lists of a store, read a page at a time: for whoever must not stop at the first so many. */
import type { NoteRow } from "../ports/kept-rows.ts";
import type { QuestionRow, RunFilter, RunRow } from "../ports/runs.ts";
import type { Store } from "../ports/store.ts";

const pageLength = 500;

/** Open questions of all runs, or of these alone, oldest first. Those that can't be read are left out. */
export async function* everyOpenQuestion(
  store: Pick<Store, "openQuestions">,
  of: { runIds?: readonly string[] } = {},
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
  for await (const rows of pagesOfRuns(store, filter)) yield* rows;
}

/** The same, a page at a time. */
export async function* pagesOfRuns(
  store: Pick<Store, "runs">,
  filter: Omit<RunFilter, "limit" | "before">,
): AsyncGenerator<RunRow[]> {
  for (let before: RunRow | undefined; ; ) {
    const rows = await store.runs({ ...filter, limit: pageLength, ...(before ? { before } : {}) });
    yield rows;
    before = rows.at(-1);
    if (rows.length < pageLength) return;
  }
}

const notesAtOnce = 200;

/** Pages of notes whose names begin with `prefix`, last written before `before` (ms), in the order of their names. */
export async function* pagesOfNotes(
  store: Pick<Store, "oldNotes">,
  { prefix, before }: { prefix: string; before: number },
): AsyncGenerator<NoteRow[]> {
  for (let after = ""; ; ) {
    const rows = await store.oldNotes({ prefix, before, after, limit: notesAtOnce });
    if (rows.length > 0) yield rows;
    after = rows.at(-1)?.name ?? "";
    if (rows.length < notesAtOnce) return;
  }
}
