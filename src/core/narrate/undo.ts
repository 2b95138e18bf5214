/** The way back from an approved call, below the card of its approval: offered, asked for, and what came of it. */
import { personOf } from "../actor.ts";
import type { Block, Inline } from "../message.ts";
import type { SettledQuestion, State, Undo } from "../state.ts";
import { callInBrief } from "../undo.ts";

/** Nothing where the call has not run, or can't be undone by a tool. */
export function narrateUndo({ id, undo }: SettledQuestion, { runId }: Pick<State, "runId">): Block[] {
  if (!undo) return [];
  const { call, asked, ended } = undo;
  if (!asked && !ended) {
    const button = { action: "undo", label: "Undo…", style: "plain", runId, questionId: id } as const;
    return [
      { type: "note", parts: ["It can be undone by ", { code: callInBrief(call) }, "."] },
      { type: "actions", buttons: [button] },
    ];
  }
  const verb = ended ? verbs[ended.outcome] : "Undo";
  const who: Inline[] = asked
    ? [" · asked by ", { person: personOf(asked.from) }, " · ", { time: asked.at }]
    : [ended?.runId === undefined ? " · by the run itself" : " · by another run of this conversation"];
  const words = ended && ended.words !== "" ? [` · ${ended.words}`] : [];
  return [{ type: "note", parts: [{ strong: verb }, ...who, ...words] }];
}

const verbs: Readonly<Record<NonNullable<Undo["ended"]>["outcome"], string>> = {
  undone: "Undone",
  refused: "Undo refused",
  failed: "Undo failed",
};
