/** A run that undoes a call of another one tells that run who asked and what came of it: the card there shows it. */
import type { EventBody } from "../../core/event.ts";
import type { Store } from "../../core/ports/store.ts";
import { UnreadableError } from "../../core/ports/unreadable.ts";
import { initial } from "../../core/reduce/launch.ts";
import { reduce } from "../../core/reduce/reduce.ts";
import { hasEnded, type State, underPause } from "../../core/state.ts";
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

/** First the other run, then the end, which nothing changes any more: so it is told whenever the process dies. */
export async function performEndUndo(on: Work, end: EventBody): Promise<Recorded> {
  const { undoes, runId } = on.state;
  if (undoes) {
    const { questionId } = undoes;
    const ended: EventBody = { type: "undo_ended", questionId, ...endOfUndo(on.state, end) };
    await tell(on.record, undoes.runId, ended, (other) => isAwaited(other, { questionId, runId }));
  }
  return recordOutcome(on, () => [end]);
}

/**
 * What undoes a call of this run may have failed by a fault of the bot, and told nobody: its end has woken this run, which
 * looks by itself. Returns the run as it is then.
 */
export async function hearOfUndos(on: Hearing, state: State): Promise<State> {
  let heard = state;
  for (const { id: questionId, undo } of state.settled) {
    const runId = undo?.asked?.runId ?? null;
    if (runId === null || undo?.ended !== null) continue;
    const told = await endOf(on, runId);
    if (told === null) continue;
    await tell(on.record, state.runId, { type: "undo_ended", questionId, ...told }, (now) =>
      isAwaited(now, { questionId, runId }),
    );
    heard = await on.loadState(state.runId);
  }
  return heard;
}

type Hearing = Pick<Work, "record" | "loadState"> & { nearby: Pick<Store, "read"> };

/** null: that run goes on, or nobody can read how it ended. */
async function endOf({ nearby }: Hearing, runId: string): Promise<ReturnType<typeof endOfUndo> | null> {
  try {
    let state = initial;
    for (const event of await nearby.read(runId)) {
      const after = reduce(state, event);
      if (hasEnded(after)) return endOfUndo(state, event);
      state = after;
    }
    return null;
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    return null;
  }
}

function isAwaited(other: State, { questionId, runId }: { questionId: string; runId: string }): boolean {
  const undo = undoIn(other, questionId)?.undo;
  return undo?.asked?.runId === runId && undo.ended === null;
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
