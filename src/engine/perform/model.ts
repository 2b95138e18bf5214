/** Asking the model. Its choice stands only if nobody has said anything to the run meanwhile. */

import type { Policy } from "../../core/agent.ts";
import { askOutage } from "../../core/ask.ts";
import type { CallFailure } from "../../core/call-failure.ts";
import type { ChosenCall } from "../../core/chosen-call.ts";
import { compose } from "../../core/compose.ts";
import { compaction } from "../../core/decide/compact.ts";
import type { EventBody } from "../../core/event.ts";
import { type LeftOut, type ModelAnswer, ModelError } from "../../core/ports/model.ts";
import type { Toolbox } from "../../core/ports/toolbox.ts";
import { hasEnded, type State, underPause } from "../../core/state.ts";
import { backoffMs } from "../backoff.ts";
import type { Recorded } from "../record.ts";
import { recordOutcome, type Work } from "./work.ts";

/** With their pauses of up to a minute: an outage of some minutes passes by itself. */
const maxAttempts = 10;
/** A run that waits for the answer to another one's question asks the model again by itself after so long. */
const lookAgainMs = 600_000;

/** A failure becomes an event or a wait; it rejects when the signal is aborted or the commit fails. */
export async function performCallModel(on: Work): Promise<Recorded> {
  const { state, policy } = on;
  const started = on.clock.steady();
  let answer: ModelAnswer;
  try {
    answer = await on.model.answer(compose(state, policy.agent, offered(on)), on.signal);
  } catch (error) {
    if (on.signal.aborted) throw error;
    const failure = error instanceof ModelError ? error : unexpected(error);
    return recordFailure(failure, on);
  }
  for (const waiting of on.troubles.worked(modelOf(on))) if (waiting !== on.runId) void goOn(waiting, on);
  for (const { field, words } of answer.leftOut ?? []) logLeftOut({ field, words }, on);
  const ms = Math.round(on.clock.steady() - started);
  const { usage, model } = answer;
  const answered: EventBody = {
    type: "model_answered",
    text: answer.text,
    calls: chosen(answer.calls, on.toolbox),
    refusal: answer.refusal,
    cut: answer.cut,
    items: [...answer.items],
    provider: answer.provider,
    model,
    promptHash: policy.agent.hash,
    usage,
    ms,
  };
  const dropped: EventBody = { type: "decision_dropped", usage, model, ms };
  return recordOutcome(on, (now) => [stands(now, state) ? answered : dropped]);
}

async function recordFailure(failure: ModelError, on: Work): Promise<Recorded> {
  const { runId, state } = on;
  const { code, message: reason, cause } = failure;
  const attempt = attemptIn(state);
  const words = cause instanceof Error ? cause.message : null;
  on.log.warn({ run: runId, code, attempt, model: modelOf(on), reason, words }, "model failed");
  const recorded = await recordOutcome(on, (now) => (stands(now, state) ? failed(failure, now, on) : []));
  if (code === "context_overflow" || recorded.type !== "recorded") return recorded;
  const waits = !hasEnded(recorded.state);
  on.troubles.failed(runId, { model: modelOf(on), code, reason, at: on.clock.now(), waits });
  return recorded;
}

/** The run went on: only the log tells that the provider wanted it otherwise. */
function logLeftOut({ field, words }: LeftOut, on: Work): void {
  const attempt = attemptIn(on.state);
  const where = { run: on.runId, code: "bad_request", attempt, model: modelOf(on) };
  on.log.warn({ ...where, field, words }, "model refused a part of the request, and was asked without it");
}

/** As people know it. */
function modelOf(on: Work): string {
  return on.policy.agent.model ?? on.model.name;
}

function attemptIn(state: State): number {
  const phase = underPause(state.phase);
  return (phase.at === "thinking" ? phase.attempts : 0) + 1;
}

/** The run still thinks about exactly what the model was shown. */
function stands(now: State, asked: State): boolean {
  return (
    !hasEnded(now) &&
    underPause(now.phase).at === "thinking" &&
    now.heard === asked.heard &&
    now.steps === asked.steps
  );
}

/** What can't be used now is not offered: a server that is away, a tool that is not what was accepted. */
function offered({ policy, toolbox }: Work): Policy["tools"] {
  const names = policy.agent.tools.filter((name) => toolbox.absence(name) !== null);
  if (names.length === 0) return policy.tools;
  return Object.fromEntries(Object.entries(policy.tools).filter(([name]) => !names.includes(name)));
}

/** Ids must be unique in a run's answer; a second call with the same id gets its own, one that no call has, and an error. */
function chosen(calls: ModelAnswer["calls"], toolbox: Toolbox): ChosenCall[] {
  const given = new Set(calls.map(({ id }) => id));
  const seen = new Set<string>();
  return calls.map((call, index) => {
    const twice = seen.has(call.id);
    let { id } = call;
    while (seen.has(id) || id === "" || (id !== call.id && given.has(id))) id = `${id}~${index}`;
    seen.add(id);
    const checked = toolbox.check(call.tool, call.arguments);
    if (!twice) return { id, tool: call.tool, ...checked };
    const error = {
      code: "duplicate_call_id",
      message: `Two calls had the id ${call.id}. Only the first counts.`,
    } as const satisfies CallFailure;
    return { id, tool: call.tool, input: checked.input, error };
  });
}

function failed(error: ModelError, state: State, on: Work): EventBody[] {
  const { code, message } = error;
  const attempt = attemptIn(state);
  if (code === "context_overflow") {
    const smaller = state.compactions === 0 ? compaction(state, Math.floor(state.contextTokens / 2)) : null;
    return [smaller ?? { type: "failed", code, message }];
  }
  if (error.retryable && attempt < maxAttempts) {
    const retryAt = on.clock.now() + backoffMs(attempt, error.retryAfterMs, on.rng);
    return [{ type: "model_failed", code, message, retryAt }];
  }
  if (!error.retryable && !mendable.has(code)) return [{ type: "failed", code, message }];
  // Another run asks already, and its answer is for all: this one looks again later, or when the model answers.
  const at = on.clock.now();
  if (!on.troubles.mayAsk(on.runId, { model: modelOf(on), code, reason: message, at })) {
    return [{ type: "model_failed", code, message, retryAt: at + lookAgainMs }];
  }
  const asking = { state, policy: on.policy, after: 1 };
  const outage = { model: modelOf(on), code, reason: message };
  return [
    { type: "model_failed", code, message, retryAt: null },
    { type: "question_asked", question: askOutage({ ...outage, attempts: attempt }, asking) },
  ];
}

/** The model answers again: whoever waited for it goes on, and a question about it needs no answer any more. */
async function goOn(runId: string, on: Work): Promise<void> {
  const by = { from: { principal: "run:belay", name: "Belay" }, via: { channel: "belay" } };
  const propose = (state: State): { ok: true; events: EventBody[] } => {
    const asked = state.questions.find(({ outage }) => outage !== undefined && outage !== null);
    if (asked) {
      return {
        ok: true,
        events: [{ type: "question_answered", questionId: asked.id, answer: "continue", ...by }],
      };
    }
    const isWaiting = state.phase.at === "thinking" && state.phase.retryAt !== null;
    return { ok: true, events: isWaiting ? [{ type: "woke" }] : [] };
  };
  await on
    .record({ runId, epoch: null, inbox: null, propose })
    .catch((err: unknown) =>
      on.log.warn({ run: runId, err }, "a run that waited for the model was not woken"),
    );
}

/** Failures that no waiting mends, but a person does: at the provider, or in the configuration. */
const mendable: ReadonlySet<ModelError["code"]> = new Set(["quota", "auth", "bad_answer"]);

/** A driver's bug must not spin: it ends the run with words and stays in the log. */
function unexpected(error: unknown): ModelError {
  const message = error instanceof Error ? error.message.slice(0, 300) : "unknown error";
  return new ModelError("bad_request", `The model driver failed: ${message}`, {
    retryable: false,
    cause: error,
  });
}
