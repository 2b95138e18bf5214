/** Approving a call as it is shown, refusing it, and changing its arguments: then it is shown anew. */
import { type Actor, isSamePerson, personOf } from "../actor.ts";
import type { Policy } from "../agent.ts";
import { isElsewhere, isToolGone } from "../approval-rule.ts";
import { askApproval } from "../ask.ts";
import type { Command, Refusal } from "../command.ts";
import { approvalWanted, freezeInWords, heldBy } from "../freeze.ts";
import { type Call, type OpenQuestion, pendingCalls, type State } from "../state.ts";
import { cannotRun, notInThisProcess } from "../text/tool-gone.ts";
import { type Admission, accept, asKnownTo, beingStopped, cut, refuse } from "./admission.ts";
import { denySettling, settlersOf } from "./answer.ts";
import { authorizeBy, whoElseMay } from "./authorize.ts";
import { findOpen } from "./find-open.ts";

type Of<T extends Command["type"]> = Extract<Command, { type: T }>;

/** One person's approval; the question stays open until as many different people as it needs have given theirs. */
export function admitApproval(state: State, command: Of<"approve">, policy: Policy): Admission {
  const found = findApproval(state, command, policy);
  if (!("question" in found)) return { ok: false, refusal: found };
  const { actor, via } = command;
  const { rules } = settlersOf(found.question, state, policy);
  const twice = denyTwice(found.question, actor, rules);
  if (twice) return { ok: false, refusal: twice };
  const verdict = authorizeBy("approve", actor, rules, state.from.principal);
  return accept({
    type: "approval_granted",
    questionId: found.question.id,
    from: personOf(actor),
    via,
    edited: false,
    ...(verdict.allowed ? { rule: verdict.rule } : {}),
  });
}

/** One person's word counts once, and stands in the log once. */
function denyTwice(question: OpenQuestion, actor: Actor, rules: readonly string[]): Refusal | null {
  const own = question.approvedBy.find(({ principal }) => isSamePerson(principal, actor.principal));
  if (!own) return null;
  const left = question.need - question.approvedBy.length;
  const others = whoElseMay(rules, actor, actor.principal);
  const message = `Already approved by ${asKnownTo(actor, own)}. ${left} more must approve it: ${others}.`;
  return { code: "already_answered", message };
}

/** Who edits has approved nothing: everybody, the editor too, decides on what is shown anew. */
export function admitEdit(state: State, command: Of<"edit">, policy: Policy): Admission {
  const found = findApproval(state, command, policy);
  if (!("question" in found)) return { ok: false, refusal: found };
  const { id, call } = found.question;
  const waits = waitingCall(state, found.question);
  if (!call || !waits) return refuse("question_closed", hasResult);
  if (!command.shown) return refuse("answer_invalid", whyNotShown(call.tool, policy));
  if (command.shown.hash === call.hash) {
    return refuse("answer_invalid", "Nothing is different. Approve it as it is shown, or change something.");
  }
  const { input, shown, actor, via } = command;
  const from = personOf(actor);
  const edited = { ...waits, input, is: { at: "chosen" }, approvedHash: null } as const;
  const spec = policy.tools[waits.tool];
  const freeze = spec && approvalWanted(edited, spec, state, policy)?.freeze;
  const question = askApproval(
    { call: edited, ...shown, freeze, changed: { by: from.name, before: call.input } },
    { state, policy, after: 1 },
  );
  return {
    ok: true,
    events: [
      { type: "call_edited", questionId: id, input, from, via },
      { type: "question_asked", question },
    ],
  };
}

function whyNotShown(tool: string, policy: Policy): string {
  return isElsewhere(tool, policy)
    ? notInThisProcess(tool, "Approve or refuse it as it is shown, or try the change once more.")
    : cannotRun(tool);
}

/** One refusal settles the question, however many approvals it has. */
export function admitRefusal(state: State, command: Of<"refuse">, policy: Policy): Admission {
  const found = findApproval(state, command, policy);
  if (!("question" in found)) return { ok: false, refusal: found };
  const reason = cut(command.reason.trim() || "no reason given");
  const { actor, via } = command;
  return accept({
    type: "approval_refused",
    questionId: found.question.id,
    reason,
    from: personOf(actor),
    via,
  });
}

function findApproval(state: State, command: Of<"approve" | "edit" | "refuse">, policy: Policy) {
  const found = findOpen(state, command.questionId, command.actor);
  if (!("question" in found)) return found;
  const denied = denySettling(found.question, command.actor, state, policy);
  if (denied) return denied;
  if (found.question.kind !== "approval") {
    const message = `Question ${found.question.id} is no approval. Answer it instead.`;
    return { code: "answer_invalid", message } as const;
  }
  if (command.type !== "refuse" && isToolGone(found.question, policy)) {
    return { code: "answer_invalid", message: cannotRun(found.question.call?.tool ?? "") } as const;
  }
  if (command.type === "refuse") return found;
  if (state.phase.at === "cancelling") return beingStopped;
  const call = waitingCall(state, found.question);
  if (!call) return { code: "question_closed", message: hasResult } as const;
  const freeze = command.type === "approve" ? heldBy(call, state, policy) : null;
  if (freeze === null || freeze.approval !== null) return found;
  const message = `Nothing can be approved now: ${freezeInWords(freeze)}. Approve it afterwards, or refuse it.`;
  return { code: "answer_invalid", message } as const;
}

const hasResult = "This call has its result already.";

/** The call that runs once this is approved. */
function waitingCall(state: State, { callId }: OpenQuestion): Call | undefined {
  return pendingCalls(state).find(({ id, is }) => id === callId && is.at === "asking");
}
