/** `advance` drives one run, effect by effect, until it rests. */
import type { Policy } from "../core/agent.ts";
import { decide } from "../core/decide/decide.ts";
import type { Effect } from "../core/effect.ts";
import { never } from "../core/never.ts";
import { hasEnded, type State } from "../core/state.ts";
import { performWithParent } from "./perform/child.ts";
import { perform } from "./perform/perform.ts";
import { tellUndoEnded } from "./perform/undo.ts";
import { recordOutcome, runEnded, type Work } from "./perform/work.ts";
import type { Recorded } from "./record.ts";

/** What one drive of a claimed run is given. `recovered`: the former owner's lease ran out in the middle. */
export interface Drive extends Omit<Work, "state" | "policy"> {
  recovered: boolean;
  /** True when the process drains: finish what runs, begin nothing. */
  stopping: () => boolean;
  policy: (state: State) => Promise<Policy>;
}

/** Returns when the run rests and is released (true), or when the process drains (false: it is still held). */
export async function advance(drive: Drive): Promise<boolean> {
  let state = await drive.loadState(drive.runId);
  // A run keeps its agent for life, so one look is enough.
  const policy = await drive.policy(state);
  let effect = decide(state, policy);
  if (drive.recovered) {
    const on = { ...drive, state, policy };
    const told = await recordOutcome(on, (now) => (isAtWork(now) ? [{ type: "recovered" }] : []));
    if (told.type === "recorded") {
      if (told.released) return true;
      ({ state, effect } = told);
    }
  }
  while (!drive.stopping()) {
    const done = await performNext(effect, { ...drive, state, policy }).catch((error: unknown) => {
      // Its end cut short what it was about: nothing is left to do but to let it go.
      if (drive.signal.reason !== runEnded) throw error;
      return recordOutcome({ ...drive, state, policy }, () => []);
    });
    switch (done.type) {
      case "recorded":
        if (done.released) return true;
        ({ state, effect } = done);
        break;
      case "refused":
      case "duplicate":
        throw new Error(`an outcome of run ${drive.runId} was not taken`);
      default:
        never(done);
    }
  }
  return false;
}

async function performNext(effect: Effect, on: Work): Promise<Recorded> {
  return (await performWithParent(effect, on)) ?? perform(effect, on);
}

/** Our own fault, not to be mended by trying again. The log of the program has its words; they may hold anything. */
export async function failRun(
  { record, runId, epoch }: Pick<Drive, "record" | "runId" | "epoch">,
  error: unknown,
  times: number,
): Promise<boolean> {
  const name = error instanceof Error ? error.name : "unknown error";
  const message = `Something went wrong in the bot itself, ${times} times in a row (${name}). Its log says what.`;
  const ending = record({
    runId,
    epoch,
    inbox: null,
    propose: (state) => ({
      ok: true,
      events: hasEnded(state) ? [] : [{ type: "failed", code: "internal", message }],
    }),
  });
  const recorded = await ending.catch(() => null);
  if (recorded?.type !== "recorded") return false;
  await tellUndoEnded(record, recorded.state, { type: "failed", code: "internal", message }).catch(() => {});
  return true;
}

/** Only a run that was in the middle of something was interrupted. */
function isAtWork(state: State): boolean {
  return state.phase.at === "thinking" || state.phase.at === "acting";
}
