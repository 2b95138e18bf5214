/** Handing a task to another agent: a run of its own, launched once, waited for without holding memory. */

import { admit } from "../../core/admit/admit.ts";
import { callFailed } from "../../core/call-failure.ts";
import type { Command } from "../../core/command.ts";
import { handOffInput } from "../../core/control-tools.ts";
import type { EventBody } from "../../core/event.ts";
import { findCall, lastingId } from "../../core/reduce/calls.ts";
import { asLauncher } from "../../core/reduce/launcher.ts";
import { type Call, hasEnded, type State } from "../../core/state.ts";
import { childRunId } from "../ids.ts";
import type { Recorded } from "../record.ts";
import { belowWith, leftOf, maxBelow, roomBelow } from "./tree.ts";
import { recordOutcome, startable, type Work } from "./work.ts";

const maxDepth = 3;
/** An upgrade changed what the tool takes while the call waited. */
const noTask = "What was to be handed over can't be read any more. Choose the call again.";

/** Only noted here: from then on the run knows its child, whatever anybody says and wherever the process dies. */
export async function performLaunchChild(on: Work, callId: string): Promise<Recorded> {
  const call = findCall(on.state, callId);
  if (!call) return recordOutcome(on, () => []);
  const task = handOffInput.safeParse(call.input);
  const why = task.success ? whyNot(task.data.agent, depthBelow(on.state), on) : noTask;
  const noted: EventBody = why
    ? callFailed(callId, { code: "hand_off_failed", message: why })
    : { type: "child_launched", callId, runId: childRunId(on.runId, lastingId(call)) };
  return recordOutcome(on, (state) => (startable(state, callId) ? [noted] : []));
}

/** A second try names the same run, which is there then. null: it is; otherwise why it can't be. */
async function launchChild(on: Work, call: Call, runId: string): Promise<string | null> {
  const handed = handOffInput.safeParse(call.input);
  if (!handed.success) return noTask;
  const { agent, task } = handed.data;
  const launch: Command = {
    type: "launch",
    runId,
    task,
    actor: asLauncher(on.state),
    via: { channel: on.state.channel },
    // Its questions appear where the parent speaks.
    addresses: [...on.state.addresses],
    context: [],
    trusted: !on.state.readUntrusted,
    follows: null,
    parent: {
      runId: on.runId,
      callId: call.id,
      depth: depthBelow(on.state),
      room: roomBelow(on.state) - 1,
    },
    atMost: leftOf(on.state),
  };
  const launched = await on.record({
    runId,
    epoch: null,
    inbox: null,
    agent,
    propose: (state, policy) => (state.version > 0 ? { ok: true, events: [] } : admit(state, launch, policy)),
  });
  return launched.type === "refused" ? launched.refusal.message : null;
}

function depthBelow(state: State): number {
  return (state.parent?.depth ?? 0) + 1;
}

function whyNot(agent: string, depth: number, on: Work): string | null {
  const allowed = on.policy.agent.handOff;
  if (depth > maxDepth)
    return `Tasks can be handed on ${maxDepth} times at most. Do it yourself, or ask a person.`;
  if (roomBelow(on.state) <= 0)
    return `At most ${maxBelow} tasks can be handed on in one run and all those below it. Do it yourself, or ask a person.`;
  const left = leftOf(on.state);
  if (left.tokens <= 0 || left.costUsd <= 0)
    return "What this run may use is used up, with what it handed on: nothing more can be handed on.";
  if (allowed.includes(agent)) return null;
  return `You may not hand a task to "${agent}". You may hand it to: ${allowed.join(", ") || "nobody"}.`;
}

/**
 * Launches the child if a crash came before its launch, and looks again every 10 s for one whose end fell in
 * between.
 */
export async function performAwaitChild(on: Work, callId: string, childId: string): Promise<Recorded> {
  const child = await on.loadState(childId);
  const call = findCall(on.state, callId);
  const why = child.version === 0 && call ? await launchChild(on, call, childId) : null;
  if (why !== null) return recordOutcome(on, (state) => failedChild(state, callId, why));
  if (isPausedWithParent(child)) await resumeChild(on, childId);
  // Its end wakes this run in the same commit; looking again now and then covers an end that fell in between.
  if (!hasEnded(child)) return recordOutcome(on, () => [], on.clock.now() + 10_000);
  return recordOutcome(on, (state) =>
    findCall(state, callId)?.is.at === "with_child" ? [outcome(callId, child)] : [],
  );
}

function isPausedWithParent(state: State): boolean {
  return state.phase.at === "paused" && state.phase.withParent === true;
}

/** This run goes on, and with it the child that was paused because of it. */
async function resumeChild(on: Work, childId: string): Promise<void> {
  const { from } = on.state;
  await on.record({
    runId: childId,
    epoch: null,
    inbox: null,
    propose: (state) => ({
      ok: true,
      events: isPausedWithParent(state) ? [{ type: "resumed", from, via: { channel: "belay" } }] : [],
    }),
  });
}

function failedChild(state: State, callId: string, why: string): EventBody[] {
  return findCall(state, callId)?.is.at === "with_child"
    ? [callFailed(callId, { code: "hand_off_failed", message: why })]
    : [];
}

function outcome(callId: string, child: State): EventBody {
  const phase = child.phase;
  if (phase.at === "complete") {
    const ms = child.updatedAt - child.launchedAt;
    const told = { output: phase.answer, omitted: 0, ms, untrusted: child.readUntrusted };
    return { type: "call_finished", callId, ...told, below: belowWith(child) };
  }
  const why =
    phase.at === "failed" ? phase.message : phase.at === "cancelled" ? `It was stopped: ${phase.reason}` : "";
  const failure = callFailed(
    callId,
    { code: "hand_off_failed", message: why },
    { ms: 0, untrusted: child.readUntrusted },
  );
  return { ...failure, below: belowWith(child) };
}
