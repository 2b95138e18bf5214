/** `decide(state, policy) → effect`. Total: the whole control flow of the agent, resting is an effect too. */
import type { Policy } from "../agent.ts";
import { askBudget, askStuck, askUnparsed } from "../ask.ts";
import type { Effect } from "../effect.ts";
import type { EventBody } from "../event.ts";
import { never } from "../never.ts";
import type { Question } from "../question.ts";

import { entriesOf } from "../reduce/entries.ts";
import { usedCost, usedTokens } from "../reduce/settle.ts";
import type { Phase, State } from "../state.ts";
import { count } from "../text/count.ts";
import { dollars } from "../text/money.ts";
import { decideCalls } from "./calls.ts";
import { decideCancelling, endOf } from "./cancel.ts";
import { compaction } from "./compact.ts";
import { isLastStep, stepLimit } from "./step-limit.ts";
import { stuckBecause } from "./stuck.ts";
import { isUnparsedCall } from "./unparsed.ts";

/** Pure: it looks at nothing but the state and the policy, so that a replay comes to the same effects. */
export function decide(state: State, policy: Policy): Effect {
  const phase = state.phase;
  switch (phase.at) {
    case "thinking":
      return decideThinking(state, phase, policy);
    case "answered":
      return decideAnswered(state, phase, policy);
    case "acting":
      return decideCalls(state, phase.calls, policy);
    case "cancelling":
      return decideCancelling(state, phase, policy);
    case "asking":
    case "limited":
    case "paused":
      return { type: "rest", until: "someone_speaks" };
    case "complete":
    case "failed":
    case "cancelled":
      return { type: "rest", until: "nothing" };
    default:
      return never(phase);
  }
}

/** A run of exactly one call ends with what the call came to. */
function directOutcome(state: State): EventBody {
  const result = entriesOf(state).findLast((entry) => entry.type === "result");
  if (result?.ok) return { type: "completed", answer: result.output };
  return { type: "failed", code: "call_failed", message: result?.output ?? "The call has no result." };
}

function decideThinking(state: State, phase: Extract<Phase, { at: "thinking" }>, policy: Policy): Effect {
  const limits = policy.agent.limits;
  if (state.direct) return endOf(state, directOutcome(state));
  if (phase.retryAt !== null) return { type: "sleep_until", at: phase.retryAt, due: [{ type: "woke" }] };
  if (state.prefetch.length > 0) return { type: "prefetch", tools: state.prefetch };
  const limit = stepLimit(state, policy);
  if (limit) return record(limit);
  const budget = overBudget(state);
  if (budget) return record(asked(askBudget(budget, { state, policy })));
  const stuck = stuckBecause(state.traces, limits.repeats);
  if (stuck)
    return record(state.nudges.stuck === 0 ? stuckNudge(stuck) : asked(askStuck(stuck, { state, policy })));
  if (state.contextTokens > limits.contextTokens) {
    const compacted = compaction(state, Math.floor(limits.contextTokens / 2), limits.contextTokens);
    if (compacted) return record(compacted);
  }
  return { type: "call_model" };
}

/**
 * A text is the answer only the second time: once the model is reminded that it acts through tools. In the last
 * step there is no second time, and what it said must not be lost.
 */
function decideAnswered(state: State, phase: Extract<Phase, { at: "answered" }>, policy: Policy): Effect {
  const nudges = state.nudges;
  const isLast = isLastStep(state, policy);
  if (phase.refusal !== null) {
    return record({ type: "failed", code: "model_refused", message: `The model refused: ${phase.refusal}` });
  }
  if (phase.cut !== null) {
    const message = `The model's answer was cut off (${phase.cut}), twice. Ask for less at once.`;
    return record(nudges.cut > 0 ? { type: "failed", code: "answer_cut", message } : cutNudge(phase.cut));
  }
  if (phase.text.trim() === "") {
    const message = "The model answered nothing, twice. Try again, or use another model.";
    return record(nudges.empty > 0 ? { type: "failed", code: "empty_answer", message } : emptyNudge);
  }
  if (isUnparsedCall(phase.text, policy.agent.tools)) {
    return record(nudges.unparsed > 0 ? asked(askUnparsed({ state, policy })) : unparsedNudge);
  }
  return record(
    nudges.no_call > 0 || isLast ? { type: "completed", answer: phase.text.trim() } : noCallNudge,
  );
}

const noCallNudge: EventBody = {
  type: "nudged",
  reason: "no_call",
  text: "You answered without calling a tool. If you are done, call final_answer with your answer; if you need something from a person, call ask_human.",
};

const emptyNudge: EventBody = {
  type: "nudged",
  reason: "empty",
  text: "Your answer was empty. Call a tool: final_answer when you are done, ask_human when you need a person.",
};

function cutNudge(why: string): EventBody {
  const text = `Your last answer was cut off (${why}) and nothing of it was used. Answer again, shorter.`;
  return { type: "nudged", reason: "cut", text };
}

function stuckNudge(why: string): EventBody {
  const text = `You are not getting anywhere: ${why}. Do something else, or ask a person with ask_human.`;
  return { type: "nudged", reason: "stuck", text };
}

const unparsedNudge: EventBody = {
  type: "nudged",
  reason: "unparsed",
  text: "You wrote a tool call as text, so nothing was called. Call the tool itself, in the way in which your API takes calls.",
};

function overBudget(state: State): string | null {
  const tokens = usedTokens(state);
  if (tokens >= state.tokensGranted) {
    const below = state.below.tokens;
    const ofThem = below > 0 ? ` (${count(below)} of them in tasks that it handed on)` : "";
    return `${count(tokens)} tokens of ${count(state.tokensGranted)}${ofThem}`;
  }
  const cost = usedCost(state);
  if (cost === null || cost < state.costGranted) return null;
  return `${dollars(cost)} of ${dollars(state.costGranted)}`;
}

function asked(question: Question): EventBody {
  return { type: "question_asked", question };
}

function record(...events: EventBody[]): Effect {
  return { type: "record", events };
}
