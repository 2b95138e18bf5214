/** What performing an effect needs, and how its outcome becomes a fact in the log. */
import type { Logger } from "pino";
import type { Policy } from "../../core/agent.ts";
import type { EventBody } from "../../core/event.ts";
import type { SeenTexts } from "../../core/origin/trace.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Model } from "../../core/ports/model.ts";
import type { RunRow } from "../../core/ports/runs.ts";
import type { Store } from "../../core/ports/store.ts";
import type { CallContext, Finished, Toolbox } from "../../core/ports/toolbox.ts";
import { lastingId } from "../../core/reduce/calls.ts";
import { type Call, hasEnded, type State } from "../../core/state.ts";
import { formAnswer } from "../../core/text/form-answer.ts";
import type { Rng } from "../backoff.ts";
import type { Lease } from "../lease.ts";
import type { Recorded, Recorder } from "../record.ts";
import { named } from "./attachments.ts";
import type { Looks } from "./looks.ts";
import type { ModelTroubles } from "./model-troubles.ts";
import { overTroubles } from "./over-troubles.ts";

/** Why a run's signal is aborted when the run has ended: what is still asked or done for it is of no use. */
export const runEnded = new Error("the run has ended");

/** What performing an effect of one run needs. */
export interface Work {
  runId: string;
  epoch: number;
  state: State;
  policy: Policy;
  record: Recorder;
  model: Model;
  toolbox: Toolbox;
  clock: Clock;
  /** A sleep until then is over, even when the date was set back and has not come there (ms since the epoch). */
  dueBy: number;
  rng: Rng;
  /** Looked at between an intent and its effect, and after whatever may have taken long. */
  lease: Lease;
  log: Logger;
  troubles: ModelTroubles;
  looks: Looks;
  /** Aborted when the worker lost the run or must stop at once, and with `runEnded` when somebody ended the run. */
  signal: AbortSignal;
  loadState: (runId: string) => Promise<State>;
  /** Every text that a run has seen, oldest first: also what its folded state has compacted away. */
  seen: (runId: string) => Promise<SeenTexts>;
  loadRow: (runId: string) => Promise<RunRow | null>;
  keep: Store["saveAttachment"];
}

/**
 * Record what happened: proposed again on a newer state after a conflict, or when the store is in trouble for a moment
 * (what happened must not turn into a doubt), and nothing once the run has ended.
 */
export async function recordOutcome(
  on: Work,
  events: (state: State, policy: Policy) => readonly EventBody[],
  restUntil?: number,
): Promise<Recorded> {
  return overTroubles(on, () =>
    on.record({
      runId: on.runId,
      epoch: on.epoch,
      inbox: null,
      ...(restUntil === undefined ? {} : { restUntil }),
      propose: (state, policy) => ({ ok: true, events: hasEnded(state) ? [] : [...events(state, policy)] }),
    }),
  );
}

/** What a tool is told of the call that it carries out: the same on every attempt, upgrades in between included. */
export function contextOf(on: Pick<Work, "runId" | "toolbox" | "epoch" | "signal">, call: Call): CallContext {
  const ids = { runId: on.runId, callId: lastingId(call) };
  const key = call.key ?? on.toolbox.key(call.tool, call.input, ids);
  const { held, answer = null } = call.asks ?? {};
  const answered = answer === null ? {} : { answered: { held, answer: formAnswer(answer) } };
  return { ...ids, key, epoch: on.epoch, signal: on.signal, ...answered };
}

/** A call's end as it is recorded. `at`: now, ms since the epoch. */
export function finished(
  call: Pick<Call, "id">,
  { output, omitted, verifyForMs, undo, attachments }: Finished,
  { ms, untrusted, at }: { ms: number; untrusted: boolean; at: number },
): EventBody {
  const ended = { type: "call_finished", callId: call.id, output, omitted, ms, untrusted } as const;
  return {
    ...ended,
    ...(verifyForMs === undefined ? {} : { verifyUntil: at + verifyForMs }),
    ...(undo === undefined ? {} : { undo }),
    ...named(attachments),
  };
}

/** The call when it may begin now: chosen or approved, and the run is neither paused nor being cancelled. */
export function startable(state: State, callId: string): Call | undefined {
  if (state.phase.at !== "acting") return undefined;
  const call = state.phase.calls.find((candidate) => candidate.id === callId);
  return call && (call.is.at === "chosen" || call.is.at === "approved") ? call : undefined;
}
