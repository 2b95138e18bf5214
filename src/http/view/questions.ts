/** The list of open questions: oldest first, a page at a time, only of runs that the caller may see. */
import type { Actor } from "../../core/actor.ts";
import type { QuestionPlace, RunRow } from "../../core/ports/runs.ts";
import { UnreadableError } from "../../core/ports/unreadable.ts";
import { mayReadRow } from "../../core/store/listed-runs.ts";
import type { Server } from "../guard/context.ts";
import type { QuestionsQuery } from "../wire/queries.ts";
import type { OpenWireQuestion, QuestionList } from "../wire/questions.ts";
import { openFor } from "./child-runs.ts";
import { type Cursor, cursorOf } from "./cursor.ts";
import { viewQuestion } from "./run.ts";

/** At most this many are looked at for one page: who may see few pages on instead of waiting. */
const maxScanned = 1000;

/** What can't be read is named in the list, in the place where it would stand. */
export async function listQuestions(
  server: Server,
  actor: Actor,
  { limit, after }: Pick<QuestionsQuery, "limit"> & { after: Cursor | null },
): Promise<QuestionList> {
  const { store } = server.engine;
  const list: Pick<QuestionList, "questions" | "unreadable"> = { questions: [], unreadable: [] };
  const isFull = () => list.questions.length + list.unreadable.length >= limit;
  let place: QuestionPlace | null = after && { askedAt: after.at, questionId: after.id };
  for (let scanned = 0; scanned < maxScanned && !isFull(); scanned += limit) {
    const page = await store.openQuestions({ limit, after: place });
    const places = [
      ...page.rows.map(({ question, ...row }) => ({ ...row, questionId: question.id })),
      ...page.unreadable,
    ].sort((a, b) => a.askedAt - b.askedAt || (a.questionId < b.questionId ? -1 : 1));
    const rows = await rowsOf(server, actor, places);
    place = page.next;
    for (const [index, one] of places.entries()) {
      const row = rows.get(one.runId);
      if (row) await add(server, actor, { row, questionId: one.questionId }, list);
      if (!isFull()) continue;
      if (index < places.length - 1 || page.next) place = one;
      break;
    }
    if (page.next === null && !isFull()) break;
  }
  const open = openFor(server, actor, await store.countOpenQuestions());
  return { ...list, open, next: place && cursorOf({ at: place.askedAt, id: place.questionId }) };
}

async function rowsOf(
  { engine }: Server,
  actor: Actor,
  places: readonly { runId: string }[],
): Promise<Map<string, RunRow>> {
  const runIds = [...new Set(places.map(({ runId }) => runId))];
  const rows = await engine.store.runs({ runIds, limit: runIds.length });
  const seen = rows.filter((row) => mayReadRow(engine, actor, row));
  return new Map(seen.map((row) => [row.runId, row]));
}

async function add(
  server: Server,
  actor: Actor,
  { row, questionId }: { row: RunRow; questionId: string },
  list: Pick<QuestionList, "questions" | "unreadable">,
): Promise<void> {
  try {
    const question = await shown(server, actor, row, questionId);
    if (question) list.questions.push(question);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    server.engine.unreadable.tell(error);
    list.unreadable.push({ id: questionId, run_id: row.runId, why: error.message });
  }
}

/** null: it was settled meanwhile. */
async function shown(
  { engine, foldedRuns }: Server,
  actor: Actor,
  row: RunRow,
  questionId: string,
): Promise<OpenWireQuestion | null> {
  const state = await foldedRuns.at(row);
  const open = state?.questions.find(({ id }) => id === questionId);
  if (!state || !open) return null;
  const policy = await engine.policy(state);
  const run = { agent: state.agent.name, task: state.title, from: state.from };
  return { ...viewQuestion(open, { state, policy }, actor), ...run };
}
