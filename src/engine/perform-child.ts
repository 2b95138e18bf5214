/** Handing a task to another agent: a run of its own, launched once, waited for without holding memory. */

import type { Actor } from "../core/actor.ts";
import { admit } from "../core/admit.ts";
import { findCall, lastingId } from "../core/calls.ts";
import type { Command } from "../core/command.ts";
import type { EventBody } from "../core/event.ts";
import { hasEnded, type State } from "../core/state.ts";
import { fact, type Performance, startable } from "./fact.ts";
import { childRunId } from "./ids.ts";
import type { Recorded } from "./record.ts";

const maxDepth = 3;

export async function performLaunchChild(on: Performance, callId: string): Promise<Recorded> {
  const call = findCall(on.state, callId);
  if (!call) return fact(on, () => []);
  const { agent, task } = call.input as { agent: string; task: string };
  const depth = (on.state.parent?.depth ?? 0) + 1;
  const why = whyNot(agent, depth, on);
  if (why)
    return fact(on, (state) => (startable(state, callId) ? [failed(callId, "hand_off_failed", why)] : []));
  const runId = childRunId(on.runId, lastingId(call));
  const launch: Command = {
    type: "launch",
    runId,
    task,
    actor: launcherOf(on.state),
    via: { channel: on.state.channel },
    // Its questions appear where the parent speaks.
    addresses: [...on.state.addresses],
    context: [],
    trusted: !on.state.tainted,
    follows: null,
    parent: { runId: on.runId, callId, depth },
  };
  const launched = await on.record({
    runId,
    epoch: null,
    inbox: null,
    agent,
    propose: (state, policy) => (state.version > 0 ? { ok: true, events: [] } : admit(state, launch, policy)),
  });
  if (launched.type === "refused") {
    const { message } = launched.refusal;
    return fact(on, (state) =>
      startable(state, callId) ? [failed(callId, "hand_off_failed", message)] : [],
    );
  }
  return fact(on, (state) => (startable(state, callId) ? [{ type: "child_launched", callId, runId }] : []));
}

function whyNot(agent: string, depth: number, on: Performance): string | null {
  const allowed = on.policy.agent.handOff;
  if (depth > maxDepth)
    return `Tasks can be handed on ${maxDepth} times at most. Do it yourself, or ask a person.`;
  if (allowed.includes(agent)) return null;
  return `You may not hand a task to "${agent}". You may hand it to: ${allowed.join(", ") || "nobody"}.`;
}

export async function performAwaitChild(on: Performance, callId: string, childId: string): Promise<Recorded> {
  const child = await on.loadState(childId);
  // Its end wakes this run in the same commit; looking again now and then covers an end that fell in between.
  if (!hasEnded(child)) return fact(on, () => [], on.clock.now() + 10_000);
  return fact(on, (state) =>
    findCall(state, callId)?.is.at === "with_child" ? [outcome(callId, child)] : [],
  );
}

/** The parent is being stopped: so is the child, first. */
export async function performCancelChild(
  on: Performance,
  callId: string,
  childId: string,
): Promise<Recorded> {
  const { from } = on.state;
  await on.record({
    runId: childId,
    epoch: null,
    inbox: null,
    propose: (state) => ({
      ok: true,
      events: hasEnded(state)
        ? []
        : [
            {
              type: "cancel_requested",
              reason: "its parent run was stopped",
              from,
              via: { channel: "belay" },
            },
          ],
    }),
  });
  return fact(on, (state) =>
    findCall(state, callId)?.is.at === "with_child"
      ? [failed(callId, "cancelled", "The run was stopped.")]
      : [],
  );
}

function outcome(callId: string, child: State): EventBody {
  const phase = child.phase;
  if (phase.at === "complete") {
    const ms = child.updatedAt - child.launchedAt;
    return { type: "call_finished", callId, output: phase.answer, omitted: 0, ms, untrusted: child.tainted };
  }
  const why =
    phase.at === "failed" ? phase.message : phase.at === "cancelled" ? `It was stopped: ${phase.reason}` : "";
  return failed(callId, "hand_off_failed", why, child.tainted);
}

function failed(callId: string, code: string, message: string, untrusted = false): EventBody {
  return { type: "call_failed", callId, code, message, ms: 0, untrusted };
}

/** The child's requester is whoever started the parent, with no more rights than they had. */
function launcherOf({ from, launcher }: State): Actor {
  return { ...from, ...launcher, kind: "person" };
}
