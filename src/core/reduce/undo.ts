/** What an undo that somebody asked for does to its run: a call beside those of the model. */
import type { EventOf } from "../event.ts";
import { type Call, type Entry, keepPause, type State, underPause } from "../state.ts";
import { undoCallId } from "../text/person-calls.ts";
import { resultInWords, undoIn, undoTask, whyUndone, withUndo } from "../undo.ts";
import { chosen } from "./launch.ts";
import { withLine } from "./step-lines.ts";

/**
 * It comes before whatever waits: who wants something undone wants nothing more to be built on it. What the model was
 * about to choose is dropped.
 */
export function undoAsked(state: State, event: EventOf<"undo_asked"> & { at: number }): State {
  const { questionId, call, runId, from, at } = event;
  const marked = withUndo(state, questionId, { asked: { from, at, runId } });
  const phase = underPause(state.phase);
  if (runId !== null || phase.at === "cancelling") return marked;
  const number = state.callsMade + 1;
  const undo: Call = { ...chosen({ id: undoCallId(questionId), ...call }, number), undoes: questionId };
  const question = undoIn(state, questionId)?.question ?? { call: null };
  return {
    ...marked,
    ...withLine(marked, {
      shape: "note",
      title: from.name,
      detail: `asked: ${undoTask(question)}`,
      ms: null,
    }),
    heard: state.heard + 1,
    callsMade: number,
    phase: keepPause(state, { at: "acting", calls: [undo, ...(phase.at === "acting" ? phase.calls : [])] }),
  };
}

/** The model made no such call and gets no result: it is told, once its own calls have theirs. */
export function undoSettled(
  state: State,
  call: Call,
  result: { output: string; ok: boolean; untrusted: boolean },
): State {
  const { output, ok, untrusted } = result;
  const text = `${whyUndone(state, call)} ${call.tool} with ${JSON.stringify(call.input)} came to: ${output}`;
  const entry: Entry = { type: "data", source: "an undo", text, trusted: !untrusted };
  const ended = { outcome: ok ? "undone" : "failed", words: resultInWords(output) } as const;
  return withUndo({ ...state, queued: [...state.queued, entry] }, call.undoes ?? "", { ended });
}
