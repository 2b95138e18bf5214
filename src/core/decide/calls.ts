/**
 * What happens next to the calls of one model answer.
 *
 * Reads and questions at the front start together; anything that changes the world waits until every call before it
 * is settled, and everything after it waits for it. So the model's order is kept wherever it could matter.
 */
import type { Policy, ToolSpec } from "../agent.ts";
import type { Effect } from "../effect.ts";
import type { EventBody } from "../event.ts";
import { questionId } from "../reduce/settle.ts";
import type { Call, State } from "../state.ts";
import { approvalFor } from "./approvers.ts";
import { decideAsleep } from "./sleep.ts";
import { isLastStep, isVeryLastStep } from "./step-limit.ts";

export function decideCalls(state: State, calls: readonly Call[], given: Policy): Effect {
  const policy = state.direct ? withEveryTool(given) : given;
  const open = calls.filter((call) => call.is.at !== "settled");
  const impossible = open.flatMap((call) => {
    // Also after its approval: the tool may have gone in an upgrade.
    const waits = call.is.at === "chosen" || call.is.at === "approved";
    const why = waits ? whyImpossible(call, calls, policy) : null;
    return why ? [failure(call, why.code, why.message)] : [];
  });
  if (impossible.length > 0) return record(...impossible);
  const started = open.find((call) => call.is.at === "started");
  if (started) return interrupted(started, policy);
  // Also when its tool is gone: what was begun goes on all the same, and somebody must say what became of it.
  const [first] = open;
  if (first?.is.at === "in_job") return { type: "poll_job", callId: first.id };
  if (first?.is.at === "verifying") return { type: "verify_call", callId: first.id };
  return front(state, open, calls, policy);
}

/** What a person chose is bound by the tool's own rules, not by what the agent would have been given. */
function withEveryTool(policy: Policy): Policy {
  return { ...policy, agent: { ...policy.agent, tools: Object.keys(policy.tools) } };
}

function front(state: State, open: readonly Call[], all: readonly Call[], policy: Policy): Effect {
  const asks: Call[] = [];
  const reads: Call[] = [];
  for (const [index, call] of open.entries()) {
    const spec = specOf(call, policy);
    if (!spec) break;
    if (spec.control === "ask") {
      if (call.is.at === "chosen") asks.push(call);
      continue;
    }
    const free = spec.control === "none" && spec.effect === "read" && !approvalFor(spec, state);
    if (free && call.is.at !== "asking") {
      reads.push(call);
      continue;
    }
    if (index === 0) return alone(state, call, { spec, all, policy });
    break;
  }
  if (asks.length > 0)
    return record(...asks.map((call, index) => askQuestion(questionId(state, index), call, policy)));
  if (reads.length > 0) return { type: "run_calls", callIds: reads.map((call) => call.id) };
  return { type: "rest", until: "someone_speaks" };
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
    case "approved":
      return begin(call, spec);
    default:
      // Words that came after the choice: the model hears them before anything happens.
      if (
        state.queued.length > 0 &&
        !state.direct &&
        !(spec.control === "finish" && isVeryLastStep(state, policy))
      )
        return record(failure(call, "superseded", spokenMeanwhile));
      if (spec.control === "finish") return finish(state, call, among);
      return approvalFor(spec, state) ? { type: "ask_approval", callId: call.id } : begin(call, spec);
  }
}

function begin(call: Call, spec: ToolSpec): Effect {
  if (spec.control === "hand_off") return { type: "launch_child", callId: call.id };
  if (spec.control === "sleep" || spec.control === "wait_for_event")
    return { type: "begin_sleep", callId: call.id };
  return { type: "run_calls", callIds: [call.id] };
}

/**
 * An answer written before its neighbours' results were known does not stand when they could change it; but what comes
 * in the last step must not be lost.
 */
function finish(state: State, call: Call, { all, policy }: Among): Effect {
  const isAnyFailed = all.some((other) => other.is.at === "settled" && !other.is.ok);
  if (isAnyFailed && !isLastStep(state, policy)) {
    const message = "Another call of the same answer failed. Look at its result, then answer again.";
    return record(failure(call, "not_final", message));
  }
  if (all.some((other) => specOf(other, policy)?.control === "ask")) {
    const message =
      "You asked a person in the same answer. Take their answer into account, then answer again.";
    return record(failure(call, "not_final", message));
  }
  return record({ type: "completed", answer: textOf(call.input, "answer") });
}

/** Intent without outcome: only reads and idempotent calls run again by themselves. */
function interrupted(call: Call, policy: Policy): Effect {
  const spec = specOf(call, policy);
  return spec && spec.effect !== "once"
    ? { type: "run_calls", callIds: [call.id] }
    : { type: "reconcile", callId: call.id };
}

function whyImpossible(
  call: Call,
  all: readonly Call[],
  policy: Policy,
): { code: string; message: string } | null {
  if (call.error) return call.error;
  const allowed = policy.agent.limits.callsPerStep;
  if (all.indexOf(call) >= allowed) {
    return {
      code: "too_many_calls",
      message: `Only the first ${allowed} calls of one answer are carried out.`,
    };
  }
  if (specOf(call, policy)) return null;
  const names = policy.agent.tools.filter((name) => policy.tools[name]).join(", ");
  return { code: "unknown_tool", message: `There is no tool ${call.tool}. Your tools: ${names}.` };
}

function specOf(call: Call, policy: Policy): ToolSpec | undefined {
  return policy.agent.tools.includes(call.tool) ? policy.tools[call.tool] : undefined;
}

function askQuestion(id: string, call: Call, policy: Policy): EventBody {
  const input = call.input as { choices?: string[] | null; context?: string | null };
  const choices = (input.choices ?? []).map((choice) => ({ value: choice, label: choice }));
  return {
    type: "question_asked",
    question: {
      id,
      kind: "ask",
      callId: call.id,
      text: textOf(call.input, "question"),
      context: input.context ?? null,
      choices,
      freeText: true,
      audience: [...policy.rights.answer],
      call: null,
      need: 1,
    },
  };
}

function failure(call: Call, code: string, message: string): EventBody {
  return { type: "call_failed", callId: call.id, code, message, ms: 0 };
}

function record(...events: EventBody[]): Effect {
  return { type: "record", events };
}

function textOf(input: unknown, key: string): string {
  const value =
    typeof input === "object" && input !== null ? (input as Record<string, unknown>)[key] : undefined;
  return typeof value === "string" ? value : "";
}
