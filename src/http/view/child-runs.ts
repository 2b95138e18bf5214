/** The runs below a run: its child runs and theirs, whose questions are shown to whoever follows the run above. */

import type { Actor } from "../../core/actor.ts";
import type { Policy } from "../../core/agent.ts";
import type { QuestionCount, RunRow } from "../../core/ports/runs.ts";
import type { State } from "../../core/state.ts";
import { everyRun } from "../../core/store/every.ts";
import { mayReadRow } from "../../core/store/listed-runs.ts";
import { isEnded } from "../../core/text/status.ts";
import type { Server } from "../guard/context.ts";
import { ProblemError } from "../guard/problems.ts";

/** A run that may have open questions, with the rules of who may settle them. */
export interface Asking {
  state: State;
  policy: Policy;
}

/** How many of these open questions belong to runs that the actor may see. */
export function openFor(server: Server, actor: Actor, counts: readonly QuestionCount[]): number {
  return counts.reduce((sum, count) => sum + (mayReadRow(server.engine, actor, count) ? count.open : 0), 0);
}

/** All of them, oldest first. */
export async function childrenOf({ engine }: Server, runId: string): Promise<RunRow[]> {
  const rows: RunRow[] = [];
  for await (const row of everyRun(engine.store, { parentId: runId })) rows.push(row);
  return rows.reverse();
}

/** Those that ask somebody and that the caller may see. */
export async function askingBelow(
  server: Server,
  actor: Actor,
  children: readonly RunRow[],
): Promise<Asking[]> {
  const alive = children.filter((row) => !isEnded(row.status) && mayReadRow(server.engine, actor, row));
  const found = alive.map(async ({ runId, asking }): Promise<Asking[]> => {
    const [own, below] = await Promise.all([
      asking > 0 ? server.engine.unreadable.orNull(askingOf(server, runId)) : [],
      childrenOf(server, runId).then((rows) => askingBelow(server, actor, rows)),
    ]);
    return [...(own ?? []), ...below];
  });
  return (await Promise.all(found)).flat();
}

async function askingOf({ engine }: Server, runId: string): Promise<Asking[]> {
  const state = await engine.state(runId);
  return state ? [{ state, policy: await engine.policy(state) }] : [];
}

/**
 * The run whose question is meant by an answer that is sent to this run: its own, unless the question that is named,
 * or the only open one, belongs to a run below. Throws 409 `question_ambiguous`.
 */
export async function runAsked(
  server: Server,
  actor: Actor,
  state: State,
  questionId: string | null,
): Promise<string> {
  if (questionId !== null) return (await ownerBelow(server, actor, state.runId, questionId)) ?? state.runId;
  if (state.questions.length > 0) return state.runId;
  const below = await askingBelow(server, actor, await childrenOf(server, state.runId));
  const questions = below.flatMap((asking) =>
    asking.state.questions.map(({ id, kind, text }) => ({ id, kind, text })),
  );
  if (questions.length <= 1) return below[0]?.state.runId ?? state.runId;
  const detail = "Several questions are open: name one by its id.";
  throw new ProblemError("question_ambiguous", detail, { more: { questions } });
}

/** The run of the question, when that is this one or below it and the caller may see it. */
async function ownerBelow(
  server: Server,
  actor: Actor,
  runId: string,
  questionId: string,
): Promise<string | null> {
  const { store } = server.engine;
  const owner = (await store.question(questionId))?.runId ?? null;
  for (let id = owner; id !== null; ) {
    if (id === runId) return owner;
    const row: RunRow | null = await store.run(id);
    if (!row || !mayReadRow(server.engine, actor, row)) return null;
    id = row.parentId;
  }
  return null;
}
