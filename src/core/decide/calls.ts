/**
 * What happens next to the calls of one model answer.
 *
 * Reads and questions at the front start together; anything that changes the world waits until every call before it
 * is settled, and everything after it waits for it. So the model's order is kept wherever it could matter.
 */
import type { Policy, ToolSpec } from "../agent.ts";
import { approvalFor, isElsewhere } from "../approval-rule.ts";
import { type Asking, askHuman } from "../ask.ts";
import { callFailed } from "../call-failure.ts";
import { askHumanInput, controlInputProblem, finalAnswerInput } from "../control-tools.ts";
import type { Effect } from "../effect.ts";
import type { EventBody } from "../event.ts";
import { heldBy } from "../freeze.ts";
import type { Call, State } from "../state.ts";
import { afterApprovals, begin, frozen } from "./begin.ts";
import { leftOr } from "./elsewhere.ts";
import { decideAsleep } from "./sleep.ts";
import { isLastStep, isVeryLastStep } from "./step-limit.ts";
import { decideUndo } from "./undo.ts";

/** `calls`: those of one model answer, in the model's order. With all of them settled the next step begins. */
export function decideCalls(state: State, calls: readonly Call[], given: Policy): Effect {
  const policy = state.direct ? withEveryTool(given) : given;
  return leftOr(nextOf(state, calls, policy), calls, policy);
}

function nextOf(state: State, calls: readonly Call[], policy: Policy): Effect {
  const open = calls.filter((call) => call.is.at !== "settled");
  const impossible = open.flatMap((call) => {
    const why = isWaiting(call) ? whyImpossible(call, calls, policy) : null;
    return why ? [why] : [];
  });
  if (impossible.length > 0) return record(...impossible);
  const started = open.find((call) => call.is.at === "started" || isCutOff(call, policy));
  if (started) return interrupted(started, state, policy);
  const undos = open.filter((call) => call.undoes !== undefined);
  if (undos.length > 0) return decideUndo(state, { undos, open }, policy);
  // Also when its tool is gone: what was begun goes on all the same, and somebody must say what became of it.
  const [first] = open;
  if (first?.is.at === "in_job") return { type: "poll_job", callId: first.id };
  if (first?.is.at === "verifying") return { type: "verify_call", callId: first.id };
  return front(state, open, calls, policy);
}

/** Also after its approval: the tool may have gone in an upgrade. */
function isWaiting({ is }: Call): boolean {
  return is.at === "chosen" || is.at === "approved";
}

/** What a person chose is bound by the tool's own rules, not by what the agent would have been given. */
function withEveryTool(policy: Policy): Policy {
  const tools = Object.keys({ ...policy.toolsElsewhere, ...policy.tools });
  return { ...policy, agent: { ...policy.agent, tools } };
}

function front(state: State, open: readonly Call[], all: readonly Call[], policy: Policy): Effect {
  const asks: Call[] = [];
  const reads: Call[] = [];
  let left: Call | undefined;
  for (const [index, call] of open.entries()) {
    const spec = specOf(call, policy);
    if (!spec) {
      // What no process has is given up before this.
      if (isWaiting(call)) left = call;
      break;
    }
    if (spec.control === "ask") {
      if (call.is.at === "chosen") asks.push(call);
      continue;
    }
    const free = spec.control === "none" && spec.effect === "read" && !approvalFor(spec, state);
    if (free && call.is.at !== "asking") {
      reads.push(call);
      continue;
    }
    if (index === 0) return frozen(call, state, policy) ?? alone(state, call, { spec, all, policy });
    break;
  }
  if (asks.length > 0) return record(...asks.map((call, after) => asked(call, { state, policy, after })));
  if (reads.length > 0) return { type: "run_calls", callIds: reads.map((call) => call.id) };
  return left ? { type: "leave", callId: left.id } : { type: "rest", until: "someone_speaks" };
}

interface Among {
  spec: ToolSpec;
  all: readonly Call[];
  policy: Policy;
}

const spokenMeanwhile =
  "Not run: somebody spoke meanwhile. Take their words into account, then choose again.";

/** The first open call, when it is one that nothing may run beside. */
function alone(state: State, call: Call, among: Among): Effect {
  const { spec, policy } = among;
  switch (call.is.at) {
    case "asking":
    case "doubted":
      return { type: "rest", until: "someone_speaks" };
    case "sleeping":
      return decideAsleep(state, call.id, call.is);
    case "with_child":
      return { type: "await_child", callId: call.id, runId: call.is.runId };
    // Words that came meanwhile wait: what has begun goes on.
    case "approved":
      return afterApprovals(state, call, among);
    case "answered":
      return begin(call, spec);
    default:
      // Words that came after the choice: the model hears them before anything happens.
      if (
        state.queued.length > 0 &&
        !state.direct &&
        !(spec.control === "finish" && isVeryLastStep(state, policy))
      )
        return record(callFailed(call.id, { code: "superseded", message: spokenMeanwhile }));
      if (spec.control === "finish") return finish(state, call, among);
      return afterApprovals(state, call, among);
  }
}

/**
 * An answer written before its neighbours' results were known does not stand when they could change it; but what comes
 * in the last step must not be lost.
 */
function finish(state: State, call: Call, { all, policy }: Among): Effect {
  const isAnyFailed = all.some((other) => other.is.at === "settled" && !other.is.ok);
  if (isAnyFailed && !isLastStep(state, policy)) {
    const message = "Another call of the same answer failed. Look at its result, then answer again.";
    return record(callFailed(call.id, { code: "not_final", message }));
  }
  if (all.some((other) => specOf(other, policy)?.control === "ask")) {
    const message =
      "You asked a person in the same answer. Take their answer into account, then answer again.";
    return record(callFailed(call.id, { code: "not_final", message }));
  }
  return record({ type: "completed", answer: finalAnswerInput.parse(call.input).answer });
}

/** It had begun and asked people, and its tool went in an upgrade. */
function isCutOff(call: Call, policy: Policy): boolean {
  return call.is.at === "answered" && specOf(call, policy) === undefined;
}

/** Intent without outcome: only reads and idempotent calls run again by themselves, and in no freeze. */
function interrupted(call: Call, state: State, policy: Policy): Effect {
  const spec = specOf(call, policy);
  return spec && spec.effect !== "once" && !heldBy(call, state, policy)
    ? { type: "run_calls", callIds: [call.id] }
    : { type: "reconcile", callId: call.id };
}

function whyImpossible(call: Call, all: readonly Call[], policy: Policy): EventBody | null {
  // The words stand in the log: whatever code another release wrote goes on with them.
  if (call.error) return { type: "call_failed", callId: call.id, ...call.error, ms: 0 };
  const allowed = policy.agent.limits.callsPerStep;
  if (all.filter(({ undoes }) => undoes === undefined).indexOf(call) >= allowed) {
    const message = `Only the first ${allowed} calls of one answer are carried out.`;
    return callFailed(call.id, { code: "too_many_calls", message });
  }
  const spec = specOf(call, policy);
  if (spec) {
    // An upgrade may have changed what the control flow reads of a call that was chosen before it.
    const problem = controlInputProblem(spec.control, call.input);
    const message = `${problem}. ${call.tool} has changed since this call was made; choose the call again.`;
    return problem === null ? null : callFailed(call.id, { code: "invalid_input", message });
  }
  if (isItsOwn(call, policy) && isElsewhere(call.tool, policy)) return null;
  const names = policy.agent.tools.filter((name) => policy.tools[name]).join(", ");
  const message = `There is no tool ${call.tool}. Your tools: ${names}.`;
  return callFailed(call.id, { code: "unknown_tool", message });
}

function specOf(call: Call, policy: Policy): ToolSpec | undefined {
  return isItsOwn(call, policy) ? policy.tools[call.tool] : undefined;
}

/** What undoes a call is bound by its own tool's rules, not by what the agent was given. */
function isItsOwn({ undoes, tool }: Call, { agent }: Policy): boolean {
  return undoes !== undefined || agent.tools.includes(tool);
}

function asked(call: Call, asking: Asking): EventBody {
  return { type: "question_asked", question: askHuman(call.id, askHumanInput.parse(call.input), asking) };
}

function record(...events: EventBody[]): Effect {
  return { type: "record", events };
}
