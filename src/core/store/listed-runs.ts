/** Runs as lists show them: their rows, who may read them, and what people are asked in them. */
import type { Actor } from "../actor.ts";
import type { NamedRun, RunRow } from "../ports/runs.ts";
import type { Store } from "../ports/store.ts";
import type { Question } from "../question.ts";
import type { State } from "../state.ts";
import { everyOpenQuestion } from "./every.ts";

/** `forApproval`: one of its open questions is an approval. `asked`: the calls that they are about. */
export type ListedRun = RunRow & { forApproval: boolean; asked: readonly AskedCall[] };
type AskedCall = Pick<Question, "kind" | "call"> & { toolGone?: boolean | undefined };

/** In the order of `rows`. A question that can't be read counts as an answer that is waited for. */
export async function listedRuns(
  store: Pick<Store, "openQuestions">,
  rows: readonly RunRow[],
): Promise<ListedRun[]> {
  const runIds = rows.filter(({ asking }) => asking > 0).map(({ runId }) => runId);
  const open = new Map<string, AskedCall[]>();
  if (runIds.length > 0) {
    for await (const { runId, question } of everyOpenQuestion(store, { runIds })) {
      const { kind, call, toolGone } = question;
      open.set(runId, [...(open.get(runId) ?? []), { kind, call, toolGone }]);
    }
  }
  return rows.map((row) => {
    const asked = open.get(row.runId) ?? [];
    return { ...row, forApproval: asked.some(({ kind }) => kind === "approval"), asked };
  });
}

/** The read right by what a list knows of a run, without folding its events. */
export function mayReadRow(
  engine: { mayRead(actor: Actor, state: Pick<State, "agent" | "from">): boolean },
  actor: Actor,
  { agent, principal }: Omit<NamedRun, "runId">,
): boolean {
  return engine.mayRead(actor, { agent: { name: agent, hash: "" }, from: { principal, name: "" } });
}
