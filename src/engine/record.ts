/** `record` is the one door to the log: fold, propose, follow the consequences, narrate, commit, retry on conflict. */

import type { Logger } from "pino";
import type { Policy } from "../core/agent.ts";
import type { Refusal } from "../core/command.ts";
import type { Effect } from "../core/effect.ts";
import type { RunEvent } from "../core/event.ts";
import type { Commit } from "../core/ports/commit.ts";
import type { Store } from "../core/ports/store.ts";
import { initial } from "../core/reduce/launch.ts";
import { hasEnded, type State } from "../core/state.ts";
import { Turns } from "../core/turns.ts";
import { type Draft, type DraftDeps, draftOn, type Proposal } from "./draft.ts";
import type { Live, LiveRun } from "./folded-states.ts";

/**
 * `released`: a worker's claim was let go with this commit. `events`: how many were written, 0 when none was due.
 * `policy`: the one that `effect` was decided by. `claimed`: the log of a launch that this process holds since its commit.
 */
export type Recorded =
  | {
      type: "recorded";
      state: State;
      effect: Effect;
      policy: Policy;
      events: number;
      released: boolean;
      claimed?: readonly RunEvent[];
    }
  | { type: "refused"; refusal: Refusal; state: State }
  | { type: "duplicate"; runId: string | null };

/** The worker lost the run to another one: it must stop at once. */
export class Fenced extends Error {}

export interface RecordDeps extends DraftDeps {
  store: Store;
  live: Live;
  log: Logger;
  /** After each commit: watchers, worker, deliverer. */
  committed: (change: Change) => void;
}

/** One commit, for those who wait for it. `posts`: how many changed with it. */
export interface Change {
  runId: string;
  version: number;
  /** When a worker should look at the run, ms; null: nothing new for workers. */
  dueAt: number | null;
  posts: number;
  ended: boolean;
  /** It has ended, and not by its worker. */
  endedFromOutside: boolean;
}

/** Rejects with `Fenced` when the epoch is old, and with `StoreError`; everything else is a `Recorded`. */
export type Recorder = (proposal: Proposal) => Promise<Recorded>;

/** Proposals of one run are taken one after another; those of different runs side by side. */
export function createRecord(deps: RecordDeps): Recorder {
  // One proposal of a run at a time in this process: conflicts are for other processes.
  const turns = new Turns();
  return (proposal) => turns.run(proposal.runId, () => recordNow(deps, proposal));
}

async function recordNow(deps: RecordDeps, proposal: Proposal): Promise<Recorded> {
  const { runId } = proposal;
  for (let isFirst = true; ; isFirst = false) {
    const started = performance.now();
    const run = isFirst && proposal.agent !== undefined ? nothing : await standingOf(deps, proposal);
    const draft = await draftOn(deps, proposal, run);
    if ("refusal" in draft) {
      // What this process remembers may be old news: another one may have moved the run on.
      if (proposal.salvaged || (await deps.live.newest(runId)).version === run.state.version) {
        return { type: "refused", refusal: draft.refusal, state: run.state };
      }
      deps.live.forget(runId);
      continue;
    }
    const { commit, state, effect, policy, events } = draft;
    if (commit === null) return { type: "recorded", state, effect, policy, events: 0, released: false };
    const committed = await deps.store.commit(commit);
    if (committed.ok) {
      afterCommit(deps, draft, commit);
      logEvents(deps.log, runId, events, run.state.version, performance.now() - started);
      const recorded = { type: "recorded", state, effect, policy, released: commit.release } as const;
      const claimed = committed.claimed ? { claimed: events } : {};
      return { ...recorded, events: events.length, ...claimed };
    }
    deps.live.forget(runId);
    if (proposal.salvaged) {
      const message = `Something was added to run ${runId} just now. Try it once more.`;
      return { type: "refused", refusal: { code: "run_busy", message }, state: run.state };
    }
    if (committed.why === "duplicate") return { type: "duplicate", runId: committed.runId };
    if (committed.why === "taken") {
      const message = `The run ${committed.runId} is at work there. Speak to it, or stop it first.`;
      const refusal = { code: "place_taken", message, runId: committed.runId } as const;
      return { type: "refused", refusal, state: run.state };
    }
    if (committed.why === "fenced") throw new Fenced(`run ${runId} belongs to another worker`);
  }
}

/** What is launched is not there, as a rule, and nobody need look: when it is, the commit is refused and says so. */
const nothing: LiveRun = { state: initial, posted: new Map() };

async function standingOf({ live }: RecordDeps, { runId, salvaged }: Proposal): Promise<LiveRun> {
  return salvaged ? { state: salvaged, posted: new Map() } : live.load(runId);
}

function afterCommit(deps: RecordDeps, { after, rests }: Draft, commit: Commit): void {
  deps.live.remember(commit.runId, after, commit.release || rests);
  // The worker that holds a run needs no word of its own commits.
  const forWorkers = commit.epoch === null || commit.release;
  const ended = hasEnded(after.state);
  deps.committed({
    runId: commit.runId,
    version: after.state.version,
    dueAt: commit.wake.length > 0 ? 0 : forWorkers ? commit.wakeAt : null,
    posts: commit.posts.length,
    ended,
    endedFromOutside: commit.epoch === null && ended,
  });
}

/** `ms` is how long the event itself took, where it took time; `commitMs` the writing of it and its neighbours. */
function logEvents(
  log: Logger,
  run: string,
  events: readonly RunEvent[],
  before: number,
  tookMs: number,
): void {
  if (!log.isLevelEnabled("info")) return;
  const commitMs = Math.round(tookMs * 100) / 100;
  events.forEach((event, index) => {
    const ms = "ms" in event ? { ms: event.ms } : {};
    log.info({ run, version: before + index + 1, event: event.type, ...ms, commitMs }, "recorded");
  });
}
