/** What a proposal would write on a run as it stands. Nothing is written here. */
import { type Address, channelOf } from "../core/actor.ts";
import type { Admission } from "../core/admit/admission.ts";
import type { Policy } from "../core/agent.ts";
import type { Refusal } from "../core/command.ts";
import type { Effect } from "../core/effect.ts";
import { narrate } from "../core/narrate/narrate.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Commit, Only } from "../core/ports/commit.ts";
import type { InboxKey } from "../core/ports/deliveries.ts";
import { spentTokens } from "../core/reduce/settle.ts";
import { hasEnded, pendingCalls, type State, statusOf } from "../core/state.ts";
import type { Redact } from "../core/text/redact.ts";
import { changedQuestions } from "./changed-questions.ts";
import type { LiveRun } from "./folded-states.ts";
import { follow, type Next } from "./follow-up.ts";

/** Events follow from the state as it is; on a conflict the same question is put to the newer state. */
export type Propose = (state: State, policy: Policy) => Admission;

export interface Proposal {
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
  /** For a launch: see `Commit.claim`. Only what is due at once is claimed. */
  claim?: Commit["claim"] | undefined;
  /** Everything before these events goes, and these notes. */
  forgets?: Commit["forgets"];
  /** What is known of a run whose log can't be read: it stands for the log. */
  salvaged?: State;
}

/** `policyOf` may refuse: then nothing is proposed. `at`: of what is recorded by that policy. */
export interface DraftDeps {
  clock: Clock;
  /** Takes the secrets that this bot knows out of whatever is recorded. */
  redact: Redact;
  /** Channels whose addresses get posts. */
  channels: ReadonlySet<string>;
  policyOf: (state: State, agent: string | undefined, at: number) => Promise<Policy | Refusal>;
}

/**
 * `commit`: null when there is nothing to write. `after`: the run once it is written, `rests`: till somebody speaks.
 * `policy`: by which all of it was decided.
 */
export interface Draft extends Next {
  policy: Policy;
  commit: Commit | null;
  after: LiveRun;
  rests: boolean;
}

/** The proposal's events on this state, with all that follows from them by itself, as one commit. */
export async function draftOn(
  deps: DraftDeps,
  proposal: Proposal,
  on: LiveRun,
): Promise<Draft | { refusal: Refusal }> {
  const at = deps.clock.now();
  const policy = await deps.policyOf(on.state, proposal.agent, at);
  if (!("rights" in policy)) return { refusal: policy };
  const admission = admissionOf(proposal, on.state, policy);
  if (!admission.ok) return { refusal: admission.refusal };
  const next = follow(on.state, admission.events, { policy, redact: deps.redact, at });
  const idle = proposal.restUntil !== undefined && isLookedAtAgain(next.effect);
  const rests = isRest(next.effect, deps.clock.now());
  const release = proposal.epoch !== null && (idle || rests);
  if (next.events.length === 0 && !release) return { ...next, policy, commit: null, after: on, rests };
  const wakeAt = idle ? (proposal.restUntil ?? 0) : wakeAtOf(next.effect);
  const commit = commitOf(deps, proposal, on, next, { release, wakeAt });
  return { ...next, policy, commit, after: { state: next.state, posted: postedWith(on, commit) }, rests };
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

function commitOf(deps: DraftDeps, proposal: Proposal, run: LiveRun, next: Next, rest: Rest): Commit {
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
    ...(proposal.claim && rest.wakeAt === 0 ? { claim: proposal.claim } : {}),
    ...(proposal.forgets ? { forgets: proposal.forgets } : {}),
    wake: hasEnded(state) && !hasEnded(before) ? relativesOf(before, state) : [],
  };
}

/** Who looks at what becomes of this run: its parent, a child that it still waits for, the run that it undoes a call of. */
function relativesOf(before: State, { parent, undoes }: State): string[] {
  const above = [parent, undoes].flatMap((other) => other?.runId ?? []);
  return [...above, ...pendingCalls(before).flatMap(({ is }) => (is.at === "with_child" ? is.runId : []))];
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

function changedPosts(deps: DraftDeps, run: LiveRun, state: State, runId: string): Commit["posts"] {
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

function postedWith({ posted }: LiveRun, { posts }: Commit): LiveRun["posted"] {
  if (posts.length === 0) return posted;
  return new Map([
    ...posted,
    ...posts.map(({ id, address, body }) => [id, standing(address, JSON.stringify(body))] as const),
  ]);
}
