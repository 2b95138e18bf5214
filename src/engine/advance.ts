/** `advance` drives one run, effect by effect, until it rests. */
import type { Policy } from "../core/agent.ts";
import { decide } from "../core/decide/decide.ts";
import type { Effect } from "../core/effect.ts";
import type { EventBody } from "../core/event.ts";
import { never } from "../core/never.ts";
import { hasEnded, type State } from "../core/state.ts";
import { perform } from "./perform/perform.ts";
import { hearOfUndos } from "./perform/undo.ts";
import { performWithParent } from "./perform/with-parent.ts";
import { recordOutcome, runEnded, type Work } from "./perform/work.ts";
import { Fenced, type Recorded } from "./record.ts";
import { type TakenBack, tellTakenBack } from "./taken-back.ts";

/** What one drive of a claimed run is given. `recovered`: the former owner's lease ran out in the middle. */
export interface Drive extends Omit<Work, "state" | "policy">, Pick<TakenBack, "nearby"> {
  recovered: boolean;
  /** What came with the claim; null: it is read now. */
  begin: State | null;
  /** True when the process drains: finish what runs, begin nothing. */
  stopping: () => boolean;
  policy: (state: State) => Promise<Policy>;
}

/** Returns when the run rests and is released (true), or when the process drains (false: it is still held). */
export async function advance(drive: Drive): Promise<boolean> {
  let state = await hearOfUndos(drive, drive.begin ?? (await drive.loadState(drive.runId)));
  let policy = await drive.policy(state);
  let effect = decide(state, policy);
  // Who goes on with a run that is left to others says so.
  if (drive.recovered && effect.type !== "leave") {
    const on = { ...drive, state, policy };
    const told = await recordOutcome(on, (now) => (isAtWork(now) ? [{ type: "recovered" }] : []));
    if (told.type === "recorded") {
      if (told.released) return true;
      ({ state, effect, policy } = told);
    }
  }
  while (!drive.stopping()) {
    const on = { ...drive, state, policy };
    const done = await performNext(effect, on).catch((error: unknown) => letGo(on, error));
    switch (done.type) {
      case "recorded":
        await tellTakenBack(on, state, done.state);
        if (done.released) return true;
        ({ state, effect, policy } = done);
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

/** What threw was cut short by the end of the run: nothing is left to do but to let it go. Throws all else again. */
async function letGo(on: Work, error: unknown): Promise<Recorded> {
  if (on.signal.reason !== runEnded || error instanceof Fenced) throw error;
  // Another process may have ended it: what this one remembers is from before that.
  await on.loadState(on.runId);
  const told = await recordOutcome(on, () => []);
  if (told.type === "recorded" && !told.released) throw new Error(`run ${on.runId} has ended, and goes on`);
  return told;
}

async function performNext(effect: Effect, on: Work): Promise<Recorded> {
  return (await performWithParent(effect, on)) ?? perform(effect, on);
}

/**
 * Our own fault, not to be mended by trying again. The log of the program has its words; they may hold anything. Nobody
 * is told before the end stands: a worker that has lost the run would tell it of one that goes on.
 */
export async function failRun(
  { record, runId, epoch }: Pick<Drive, "record" | "runId" | "epoch">,
  error: unknown,
  times: number,
): Promise<boolean> {
  const name = error instanceof Error ? error.name : "unknown error";
  const message = `Something went wrong in the bot itself, ${times} times in a row (${name}). Its log says what.`;
  const end: EventBody = { type: "failed", code: "internal", message };
  try {
    const ended = await record({
      ...{ runId, epoch, inbox: null },
      propose: (now) => ({ ok: true, events: hasEnded(now) ? [] : [end] }),
    });
    return ended.type === "recorded";
  } catch {
    return false;
  }
}

/** Only a run that was in the middle of something was interrupted. */
function isAtWork(state: State): boolean {
  return state.phase.at === "thinking" || state.phase.at === "acting";
}
