/** `record` is the one door to the log: fold, propose, follow the consequences, narrate, commit, retry on conflict. */

import type { Logger } from "pino";
import { type Address, channelOf } from "../core/actor.ts";
import type { Admission } from "../core/admit/admission.ts";
import type { Policy } from "../core/agent.ts";
import type { Refusal } from "../core/command.ts";
import type { Effect } from "../core/effect.ts";
import type { RunEvent } from "../core/event.ts";
import { narrate } from "../core/narrate/narrate.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Commit, Only } from "../core/ports/commit.ts";
import type { InboxKey } from "../core/ports/deliveries.ts";
import type { Store } from "../core/ports/store.ts";
import { initial } from "../core/reduce/launch.ts";
import { spentTokens } from "../core/reduce/settle.ts";
import { hasEnded, type State, statusOf } from "../core/state.ts";
import type { Redact } from "../core/text/redact.ts";
import { Turns } from "../core/turns.ts";
import { changedQuestions } from "./changed-questions.ts";
import type { Live, LiveRun } from "./folded-states.ts";
import { follow, type Next } from "./follow-up.ts";

/** Events follow from the state as it is; on a conflict the same question is put to the newer state. */
export type Propose = (state: State, policy: Policy) => Admission;

interface Proposal {
  runId: string;
  propose: Propose;
  /** The worker's epoch; null for everybody else. */
  epoch: number | null;
  inbox: InboxKey | null;
  /** What was looked at goes on elsewhere: let the run go, and look again at this time (ms since the epoch). */
  restUntil?: number;
  /** For a launch: the agent of a run that does not exist yet. */
  agent?: string;
  /** For a launch: the place that it must have for itself. */
  only?: Only | undefined;
  /** Everything before these events goes, and these notes. */
  forgets?: Commit["forgets"];
  /** What is known of a run whose log can't be read: it stands for the log. */
  salvaged?: State;
}

/** `released`: a worker's claim was let go with this commit. `events`: how many were written, 0 when none was due. */
export type Recorded =
  | { type: "recorded"; state: State; effect: Effect; events: number; released: boolean }
  | { type: "refused"; refusal: Refusal; state: State }
  | { type: "duplicate"; runId: string | null };

/** The worker lost the run to another one: it must stop at once. */
export class Fenced extends Error {}

/** `policyOf` may refuse: then nothing is proposed. */
export interface RecordDeps {
  store: Store;
  live: Live;
  clock: Clock;
  log: Logger;
  /** Takes the secrets that this bot knows out of whatever is recorded. */
  redact: Redact;
  /** Channels whose addresses get posts. */
  channels: ReadonlySet<string>;
  policyOf: (state: State, agent: string | undefined) => Promise<Policy | Refusal>;
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
  const { runId, epoch } = proposal;
  for (let isFirst = true; ; isFirst = false) {
    const started = performance.now();
    const isNew = isFirst && proposal.agent !== undefined;
    const run = isNew ? nothing : await standingOf(deps, proposal);
    const policy = await deps.policyOf(run.state, proposal.agent);
    if (!("rights" in policy)) {
      if (isNew) continue;
      return { type: "refused", refusal: policy, state: run.state };
    }
    const admission = admissionOf(proposal, run.state, policy);
    if (!admission.ok) {
      // What this process remembers may be old news: another one may have moved the run on.
      if (proposal.salvaged || (await deps.live.newest(runId)).version === run.state.version) {
        return { type: "refused", refusal: admission.refusal, state: run.state };
      }
      deps.live.forget(runId);
      continue;
    }
    const next = follow(run.state, admission.events, { policy, redact: deps.redact, at: deps.clock.now() });
    const idle = proposal.restUntil !== undefined && isLookedAtAgain(next.effect);
    const release = epoch !== null && (idle || isRest(next.effect, deps.clock.now()));
    if (next.events.length === 0 && !release) {
      return { type: "recorded", state: run.state, effect: next.effect, events: 0, released: false };
    }
    const wakeAt = idle ? (proposal.restUntil ?? 0) : wakeAtOf(next.effect);
    const commit = commitOf(deps, proposal, run, next, { release, wakeAt });
    const committed = await deps.store.commit(commit);
    if (committed.ok) {
      afterCommit(deps, run, next, commit);
      logEvents(deps.log, runId, next.events, run.state.version, performance.now() - started);
      return {
        type: "recorded",
        state: next.state,
        effect: next.effect,
        events: next.events.length,
        released: release,
      };
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

/** What a worker still finds out about a run that was forgotten meanwhile is gone as well. */
function admissionOf({ epoch, propose }: Proposal, state: State, policy: Policy): Admission {
  return state.forgotten && epoch !== null ? { ok: true, events: [] } : propose(state, policy);
}

/** Something outside of the run goes on, and nobody tells it: a child run, a job, a call that may have helped. */
function isLookedAtAgain({ type }: Effect): boolean {
  return type === "await_child" || type === "poll_job" || type === "verify_call";
}

/** Nothing can be done now: somebody must speak, or a time must come. */
function isRest(effect: Effect, now: number): boolean {
  return effect.type === "rest" || (effect.type === "sleep_until" && effect.at > now);
}

function wakeAtOf(effect: Effect): number | null {
  if (effect.type === "rest") return null;
  return effect.type === "sleep_until" ? effect.at : 0;
}

type Rest = Pick<Commit, "release" | "wakeAt">;

function commitOf(deps: RecordDeps, proposal: Proposal, run: LiveRun, next: Next, rest: Rest): Commit {
  const { state } = next;
  const before = run.state;
  return {
    runId: proposal.runId,
    expect: before.version,
    epoch: proposal.epoch,
    events: next.events,
    row: rowOf(proposal.runId, state),
    ...rest,
    posts: changedPosts(deps, run, state, proposal.runId),
    addresses: state.addresses.filter((address) => !before.addresses.includes(address)),
    questions: changedQuestions(before, state),
    inbox: proposal.inbox,
    ...(proposal.only ? { only: proposal.only } : {}),
    ...(proposal.forgets ? { forgets: proposal.forgets } : {}),
    wake: state.parent && hasEnded(state) && !hasEnded(before) ? [state.parent.runId] : [],
  };
}

function rowOf(runId: string, state: State): Commit["row"] {
  return {
    runId,
    version: state.version,
    status: statusOf(state),
    agent: state.agent.name,
    task: state.title.slice(0, 500),
    channel: state.channel,
    principal: state.from.principal,
    personName: state.from.name,
    address: state.addresses[0] ?? null,
    parentId: state.parent?.runId ?? null,
    steps: state.steps,
    tokens: spentTokens(state),
    costUsd: state.usage.costUsd,
    asking: state.questions.length,
    launchedAt: state.launchedAt,
    updatedAt: state.updatedAt,
  };
}

function changedPosts(deps: RecordDeps, run: LiveRun, state: State, runId: string): Commit["posts"] {
  const places = state.addresses
    .map((address, slot) => ({ address, slot }))
    .filter(({ address }) => deps.channels.has(channelOf(address)));
  if (places.length === 0) return [];
  const posts = narrate(state).map((post) => ({ ...post, text: JSON.stringify(post.body) }));
  return places.flatMap(({ address, slot }) =>
    posts
      .map(({ key, body, text }) => ({ id: `${runId}/${key}#${slot}`, key, body, address, text }))
      .filter((post) => run.posted.get(post.id) !== standing(post.address, post.text))
      .map(({ text: _, ...post }) => post),
  );
}

function standing(address: Address, text: string): string {
  return `${address}\n${text}`;
}

function afterCommit(deps: RecordDeps, run: LiveRun, next: Next, commit: Commit): void {
  const posted = new Map(run.posted);
  for (const post of commit.posts) posted.set(post.id, standing(post.address, JSON.stringify(post.body)));
  deps.live.remember(
    commit.runId,
    { state: next.state, posted },
    commit.release || isRest(next.effect, deps.clock.now()),
  );
  // The worker that holds a run needs no word of its own commits.
  const forWorkers = commit.epoch === null || commit.release;
  deps.committed({
    runId: commit.runId,
    version: next.state.version,
    dueAt: commit.wake.length > 0 ? 0 : forWorkers ? commit.wakeAt : null,
    posts: commit.posts.length,
    endedFromOutside: commit.epoch === null && hasEnded(next.state),
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
