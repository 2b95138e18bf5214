/** A run as the wire shows it: the seeds' seven fields in their shapes, and more beside them. */
import type { Actor, Address } from "../../core/actor.ts";
import { admit } from "../../core/admit/admit.ts";
import { denySettling, linkOf } from "../../core/admit/answer.ts";
import type { Policy } from "../../core/agent.ts";
import { isToolGone } from "../../core/approval-rule.ts";
import type { Command } from "../../core/command.ts";
import {
  type OpenQuestion,
  pendingCalls,
  type SettledQuestion,
  type State,
  statusOf,
} from "../../core/state.ts";
import type { ListedRun } from "../../core/store/listed-runs.ts";
import type { Server } from "../guard/context.ts";
import type { SettledWireQuestion, WireQuestion } from "../wire/questions.ts";
import type { RunState, RunSummary } from "../wire/runs.ts";
import type { Asking } from "./child-runs.ts";
import { contextOf, isAnsweredByWords } from "./context.ts";
import { sharedOf } from "./shared-question.ts";
import { viewUndo } from "./undo.ts";
import { outageOf, waitingOf } from "./waiting.ts";

/** Where a person opens an address in its platform; null when nowhere. */
type Linker = (address: Address) => string | null;

/**
 * `extra.children`: ids of the child runs; `below`: runs under this one whose questions are shown with its own;
 * `leftBehind`: why it does not go on as it was launched.
 */
export function viewRun(
  state: State,
  extra: {
    policy: Policy;
    actor: Actor;
    children: readonly string[];
    below: readonly Asking[];
    linkTo: Linker;
    leftBehind: readonly string[];
  },
): RunState {
  const { phase, usage } = state;
  const asking = [{ state, policy: extra.policy }, ...extra.below];
  return {
    id: state.runId,
    steps: state.steps,
    status: statusOf(state),
    context: contextOf(state),
    pending_tool_calls: pendingCalls(state)
      .filter((call) => !isAnsweredByWords(state, call))
      .map(({ id, tool, input }) => ({ type: "function_call", name: tool, arguments: input, call_id: id })),
    error: phase.at === "failed" ? phase.message : null,
    final_answer: phase.at === "complete" ? phase.answer : null,
    version: state.version,
    agent: state.agent.name,
    task: state.task,
    title: state.title,
    from: state.from,
    channel: state.channel,
    addresses: [...state.addresses],
    links: state.addresses.flatMap((address) => extra.linkTo(address) ?? []),
    launched_at: state.launchedAt,
    updated_at: state.updatedAt,
    steps_granted: state.stepsGranted,
    usage: {
      input_tokens: usage.inputTokens,
      cached_tokens: usage.cachedTokens,
      output_tokens: usage.outputTokens,
      reasoning_tokens: usage.reasoningTokens,
      cost_usd: usage.costUsd,
      estimated: usage.estimated ?? false,
    },
    phase: phase.at,
    waiting: waitingOf(state),
    outage: outageOf(state),
    questions: asking.flatMap((one) =>
      one.state.questions.map((question) => viewQuestion(question, one, extra.actor)),
    ),
    settled: state.settled.map((question) => viewSettled(question, state, extra)),
    parent_id: state.parent?.runId ?? null,
    follows_id: state.follows?.runId ?? null,
    children: [...extra.children],
    read_untrusted: state.readUntrusted,
    tainted: state.readUntrusted,
    left_behind: [...extra.leftBehind],
    can: actionsOf(state, extra, asking),
  };
}

/** Field by field from the row and its open questions: no event is read. */
export function viewSummary(row: ListedRun, { engine }: Pick<Server, "engine">): RunSummary {
  return {
    id: row.runId,
    version: row.version,
    status: row.status,
    agent: row.agent,
    task: row.task,
    channel: row.channel,
    from: { principal: row.principal, name: row.personName },
    address: row.address,
    parent_id: row.parentId,
    steps: row.steps,
    tokens: row.tokens,
    cost_usd: row.costUsd,
    asking: row.asking,
    for_approval: row.forApproval,
    launched_at: row.launchedAt,
    updated_at: row.updatedAt,
    left_behind: [...engine.whyLeft({ ...row, agentHash: null })],
  };
}

/** `may_answer` is what the one authorisation says for `actor` now; the answer itself is checked again. */
export function viewQuestion(question: OpenQuestion, { state, policy }: Asking, actor: Actor): WireQuestion {
  return {
    ...sharedOf(question),
    run_id: state.runId,
    context: question.context,
    free_text: question.freeText,
    form: question.form ?? null,
    link: question.link ? { host: question.link.host, url: linkOf(question, actor, state) } : null,
    audience: question.audience,
    need: question.need,
    approved_by: [...question.approvedBy],
    returned: [...(question.returned ?? [])],
    tool_gone: isToolGone(question, policy),
    may_answer: denySettling(question, actor, state, policy) === null,
  };
}

function viewSettled(
  question: SettledQuestion,
  state: State,
  viewer: { policy: Policy; actor: Actor },
): SettledWireQuestion {
  return {
    ...sharedOf(question),
    settled_at: question.settledAt,
    outcome: question.outcome,
    from: question.from,
    channel: question.channel,
    undo: viewUndo(question, state, viewer),
  };
}

/**
 * Asks `admit` itself, with a trial command that is thrown away: what a client is offered and what it gets can't
 * differ.
 */
function actionsOf(
  state: State,
  { policy, actor }: { policy: Policy; actor: Actor },
  asking: readonly Asking[],
): RunState["can"] {
  const by = { actor, via: { channel: "api" } };
  const why = (command: Command) => {
    const admission = admit(state, command, policy);
    return admission.ok ? null : admission.refusal.message;
  };
  const verdict = (reason: string | null) => ({ allowed: reason === null, why: reason });
  return {
    answer: verdict(whySettling(asking, actor, (question) => question.kind !== "approval")),
    approve: verdict(whySettling(asking, actor, (question) => question.kind === "approval")),
    say: verdict(why({ type: "say", text: "…", ...by })),
    pause: verdict(why({ type: "pause", ...by })),
    resume: verdict(why({ type: "resume", ...by })),
    cancel: verdict(why({ type: "cancel", reason: "", ...by })),
    forget: verdict(why({ type: "forget", below: false, ...by })),
  };
}

function whySettling(
  asking: readonly Asking[],
  actor: Actor,
  kind: (question: OpenQuestion) => boolean,
): string | null {
  const refusals = asking.flatMap(({ state, policy }) =>
    state.questions.filter(kind).map((open) => denySettling(open, actor, state, policy)),
  );
  const [first] = refusals;
  if (first === undefined) return "No such question is open.";
  return refusals.includes(null) ? null : (first?.message ?? null);
}
