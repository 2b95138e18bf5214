/** A run that undoes a call of another one tells that run who asked and what came of it: the card there shows it. */
import type { EventBody } from "../../core/event.ts";
import { UnreadableError } from "../../core/ports/unreadable.ts";
import { type State, underPause } from "../../core/state.ts";
import { endOfUndo, undoIn } from "../../core/undo.ts";
import type { Recorded, Recorder } from "../record.ts";
import { recordOutcome, type Work } from "./work.ts";

/** Before people are asked: told again after a crash, it changes nothing. */
export async function tellUndoAsked(record: Recorder, state: State): Promise<void> {
  const { undoes, runId, from, phase } = state;
  const acting = underPause(phase);
  const [call] = acting.at === "acting" ? acting.calls : [];
  if (!undoes || !call) return;
  const { questionId } = undoes;
  const asked: EventBody = {
    type: "undo_asked",
    questionId,
    call: { tool: call.tool, input: call.input },
    runId,
    from,
    via: { channel: state.channel },
  };
  await tell(record, undoes.runId, asked, (other) => undoIn(other, questionId)?.undo.asked === null);
}

/** First the other run, then the end: so it is told whenever the process dies. */
export async function performEndUndo(on: Work, end: EventBody): Promise<Recorded> {
  await tellUndoEnded(on.record, on.state, end);
  return recordOutcome(on, () => [end]);
}

/** `end`: the event that will end the run. */
export async function tellUndoEnded(record: Recorder, state: State, end: EventBody): Promise<void> {
  const { undoes, runId } = state;
  if (!undoes) return;
  const { questionId } = undoes;
  const ended: EventBody = { type: "undo_ended", questionId, ...endOfUndo(state, end) };
  await tell(record, undoes.runId, ended, (other) => {
    const undo = undoIn(other, questionId)?.undo;
    return undo?.asked?.runId === runId && undo.ended === null;
  });
}

/** The run `by` has undone what this question offers to undo: nobody is to press it any more. */
export async function tellUndone(
  record: Recorder,
  { runId, questionId }: { runId: string; questionId: string },
  by: string,
): Promise<void> {
  const ended = { type: "undo_ended", questionId, outcome: "undone", words: "", runId: by } as const;
  await tell(record, runId, ended, (other) => {
    const undo = undoIn(other, questionId)?.undo;
    return undo?.asked === null && undo.ended === null;
  });
}

async function tell(
  record: Recorder,
  runId: string,
  event: EventBody,
  isNews: (other: State) => boolean,
): Promise<void> {
  const propose = (other: State) => ({ ok: true, events: isNews(other) ? [event] : [] }) as const;
  try {
    await record({ runId, epoch: null, inbox: null, propose });
  } catch (error) {
    // A card that nobody can read is told nothing, and the undo goes on; whoever lists the run hears of the damage.
    if (!(error instanceof UnreadableError)) throw error;
  }
}
