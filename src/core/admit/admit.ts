/**
 * `admit(state, command, policy) → events or a refusal`. The only validation of what people and machines ask of a run;
 * who may do what is decided here, for every surface.
 */
import { type Actor, isTrusted, personOf } from "../actor.ts";
import type { Policy } from "../agent.ts";
import type { Command, Launch, LaunchRequest } from "../command.ts";
import { arrivedAs } from "../decide/sleep.ts";
import type { EventBody, EventOf } from "../event.ts";
import { hasEnded, type State, statusOf } from "../state.ts";
import { type Admission, accept, cut, deny, finished, pointedAt, refuse, withContext } from "./admission.ts";
import { admitAnswer } from "./answer.ts";
import { admitApproval, admitEdit, admitRefusal } from "./approval.ts";
import { admitForget, forgottenRefusal } from "./forget.ts";
import { ofQuestions, whyUnheard } from "./loose-words.ts";
import { admitUndo } from "./undo.ts";

/** Never throws: what can't be is a refusal. `policy` must be the run's own. */
export function admit(state: State, command: Command, policy: Policy): Admission {
  if (command.type === "launch") return admitLaunch(state, command, policy);
  const mayRead = deny("read", command.actor, policy, state.from.principal) === null;
  const refusal = forgottenRefusal(state, mayRead);
  if (refusal) return { ok: false, refusal };
  switch (command.type) {
    case "say":
      return admitSay(state, command, policy);
    case "provide_input":
      return admitAnswer(state, command, policy);
    case "approve":
      return admitApproval(state, command, policy);
    case "edit":
      return admitEdit(state, command, policy);
    case "refuse":
      return admitRefusal(state, command, policy);
    case "undo":
      return admitUndo(state, command, policy);
    case "deliver_event":
      return admitEvent(state, command);
    case "forget":
      return admitForget(state, command, policy);
    default:
      return admitControl(state, command, policy);
  }
}

function admitLaunch(state: State, launch: Launch, policy: Policy): Admission {
  if (state.version > 0) return refuse("already_launched", "This run was launched already.");
  const denied = deny("launch", launch.actor, policy, null);
  if (denied) return launch.parent ? denyChild(launch.actor, policy) : denied;
  if (launch.task.trim() === "")
    return refuse("empty_text", "The task is empty. Say what the agent should do.");
  const agent = policy.agent;
  return accept({
    type: "launched",
    runId: launch.runId,
    task: cut(launch.task),
    ...(launch.title === undefined ? {} : { title: launch.title }),
    from: personOf(launch.actor),
    launcher: launcherOf(launch.actor),
    via: launch.via,
    addresses: launch.addresses,
    agent: { name: agent.name, hash: agent.hash },
    limits: {
      steps: agent.limits.steps,
      tokens: Math.min(agent.limits.tokens, launch.atMost?.tokens ?? Number.POSITIVE_INFINITY),
      costUsd: Math.min(agent.limits.costUsd, launch.atMost?.costUsd ?? Number.POSITIVE_INFINITY),
    },
    prefetch: agent.prefetch,
    context: pointedAt(launch.context),
    trusted: launch.trusted && !launch.actor.guest,
    follows: launch.follows && formerTurn(launch.follows),
    parent: launch.parent,
    ...(launch.call === undefined ? {} : { call: launch.call }),
    ...(launch.undoes === undefined ? {} : { undoes: launch.undoes }),
    ...(launch.repeats === undefined ? {} : { repeats: launch.repeats }),
  });
}

/** In the words of the log, which are for ever. */
function formerTurn(follows: NonNullable<LaunchRequest["follows"]>): EventOf<"launched">["follows"] {
  const { runId, task, outcome, untrusted } = follows;
  return { runId, task, outcome, tainted: untrusted };
}

/**
 * A task is no way around the rights: whoever launched the parent must be allowed to launch the child as well. The
 * model is told so, and not who else may.
 */
function denyChild(actor: Actor, { agent }: Policy): Admission {
  const why = `${actor.name}, who started this run, may not launch runs of ${agent.name}.`;
  return refuse("not_allowed", `${why} Do it yourself, or ask a person.`);
}

/** Words in the thread: the answer to the question that they can only mean, else steering. */
function admitSay(state: State, command: Extract<Command, { type: "say" }>, policy: Policy): Admission {
  // What may start a run may report to it.
  const action = command.actor.kind === "machine" ? "launch" : "answer";
  const denied = deny(action, command.actor, policy, state.from.principal);
  if (denied) return denied;
  const { actor, via } = command;
  // Only people answer with words: what a machine sends could be anybody's text.
  const settled = actor.kind === "person" ? ofQuestions(state, command, policy) : null;
  if (hasEnded(state)) return settled ?? finished(state);
  if (command.text.trim() === "")
    return refuse("empty_text", "The message is empty. Say something, or press Stop.");
  if (settled) return settled;
  const unheard = whyUnheard(state);
  if (unheard) return { ok: false, refusal: unheard };
  return accept({
    type: "heard",
    text: cut(command.text),
    from: personOf(actor),
    via,
    trusted: isTrusted(actor),
    ...withContext(command.context, actor),
  });
}

/** The first time counts, whether a call waits already or will. */
function admitEvent(state: State, command: Extract<Command, { type: "deliver_event" }>): Admission {
  if (hasEnded(state)) return finished(state);
  if (arrivedAs(state, command.event)) {
    return refuse("question_closed", "This event was reported before; its URL works once.");
  }
  const payload = cut(command.payload);
  return accept({
    type: "event_arrived",
    event: command.event,
    payload,
    omitted: command.payload.length - payload.length,
  });
}

type Control = Extract<Command, { type: "pause" | "resume" | "cancel" }>;

function admitControl(state: State, command: Control, policy: Policy): Admission {
  const denied = deny("control", command.actor, policy, state.from.principal);
  if (denied) return denied;
  if (hasEnded(state) && command.type === "pause") {
    return refuse("run_not_running", `Run ${state.runId} has ended (${statusOf(state)}).`);
  }
  if (hasEnded(state)) return finished(state);
  const from = personOf(command.actor);
  const via = command.via;
  switch (command.type) {
    case "cancel":
      return state.phase.at === "cancelling"
        ? { ok: true, events: [] }
        : accept({ type: "cancel_requested", reason: cut(command.reason), from, via });
    case "pause":
      return admitPause(state, { from, via });
    case "resume":
      return admitResume(state, { from, via });
  }
}

type By = Pick<Extract<EventBody, { type: "paused" }>, "from" | "via">;

function admitPause(state: State, by: By): Admission {
  const status = statusOf(state);
  if (state.phase.at === "cancelling") {
    return refuse("run_not_running", `Run ${state.runId} is being stopped.`);
  }
  if (status === "paused" || status === "max_steps_reached") {
    return refuse(
      "run_not_running",
      `Run ${state.runId} is ${status}. Only a run that works or waits can be paused.`,
    );
  }
  return accept({ type: "paused", ...by });
}

function admitResume(state: State, by: By): Admission {
  const status = statusOf(state);
  if (state.phase.at === "paused" && state.phase.withParent) {
    const message = `Run ${state.runId} is paused with the run that started it. Resume that one: ${state.parent?.runId}.`;
    return refuse("run_busy", message);
  }
  if (status === "paused" || status === "max_steps_reached") return accept({ type: "resumed", ...by });
  if (status === "waiting_human_input") {
    return {
      ok: false,
      refusal: {
        code: "waiting_for_input",
        message: `Run ${state.runId} waits for an answer. Answer its question instead of resuming it.`,
        questions: state.questions.map(({ id, kind, text }) => ({ id, kind, text })),
      },
    };
  }
  return refuse(
    "run_busy",
    `Run ${state.runId} is at step ${state.steps}. Wait until its status is not "${status}", then resume.`,
  );
}

function launcherOf({ groups, guest, asked, scopes }: Actor) {
  return { groups: [...groups], guest, ...(asked && { asked }), ...(scopes && { scopes: [...scopes] }) };
}
