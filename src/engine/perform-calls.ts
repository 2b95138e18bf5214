/** Carrying out tool calls: intent before effect, exactly what was approved, and doubt said instead of guessed. */

import { findCall } from "../core/calls.ts";
import { approvalFor } from "../core/decide-calls.ts";
import type { EventBody, Question } from "../core/event.ts";
import type { CallOutcome } from "../core/ports.ts";
import { questionId } from "../core/questions.ts";
import type { Call, State } from "../core/state.ts";
import { bindingOf } from "./binding.ts";
import { fact, type Performance, startable } from "./fact.ts";
import type { Recorded } from "./record.ts";

/** Reads come together, run side by side and are recorded together; any other call comes alone. */
export async function performCalls(on: Performance, callIds: readonly string[]): Promise<Recorded> {
  const calls = callIds.flatMap((id) => findCall(on.state, id) ?? []);
  const [first] = calls;
  if (!first) return fact(on, () => []);
  const isRead = on.policy.tools[first.tool]?.effect === "read";
  return isRead ? execute(on, calls) : performCall(on, first);
}

async function performCall(on: Performance, call: Call): Promise<Recorded> {
  const spec = on.policy.tools[call.tool];
  if (!spec)
    return fact(on, () => [failure(call, "unknown_tool", `The tool ${call.tool} is not here any more.`)]);
  if (call.is.at === "approved") {
    const why = await whyApprovalIsStale(on, call);
    if (why)
      return fact(on, (state) =>
        startable(state, call.id) ? [{ type: "approval_voided", callId: call.id, reason: why }] : [],
      );
  }
  const key = on.toolbox.key(call.tool, call.input, { runId: on.runId, callId: call.id });
  const intent: EventBody = { type: "call_started", callId: call.id, attempt: call.attempts + 1, key };
  const begun = await fact(on, (state) => (mayStart(state, call) ? [intent] : []));
  if (begun.type !== "recorded" || begun.events === 0) return begun;
  return execute(on, [call]);
}

/** Chosen or approved and nothing in the way; or an idempotent call whose former attempt was interrupted. */
function mayStart(state: State, call: Call): boolean {
  if (startable(state, call.id)) return true;
  const now = state.phase.at === "acting" ? findCall(state, call.id) : undefined;
  return now?.is.at === "started" && call.is.at === "started";
}

async function execute(on: Performance, calls: readonly Call[]): Promise<Recorded> {
  const done = await Promise.all(calls.map((call) => executeOne(on, call)));
  return fact(on, (state) =>
    done.flatMap(({ call, outcome, how }) =>
      findCall(state, call.id) ? outcomeEvents(state, call, outcome, on, how) : [],
    ),
  );
}

async function executeOne(on: Performance, call: Call) {
  const ids = { runId: on.runId, callId: call.id };
  const key = on.toolbox.key(call.tool, call.input, ids);
  const started = on.clock.now();
  const outcome = await on.toolbox.run(call.tool, call.input, { ...ids, key, signal: on.signal });
  // Stopped in the middle: what is in the log (an intent or nothing) decides how the next worker goes on.
  if (on.signal.aborted && outcome.type !== "finished") throw new Error("interrupted");
  const untrusted = on.policy.tools[call.tool]?.untrusted ?? true;
  return { call, outcome, how: { ms: on.clock.now() - started, untrusted } };
}

function outcomeEvents(
  state: State,
  call: Call,
  outcome: CallOutcome,
  on: Performance,
  how: { ms: number; untrusted: boolean },
): EventBody[] {
  switch (outcome.type) {
    case "finished":
      return [
        { type: "call_finished", callId: call.id, output: outcome.output, omitted: outcome.omitted, ...how },
      ];
    case "failed":
      return [{ ...failure(call, outcome.code, outcome.message), ms: how.ms }];
    case "in_doubt":
      return doubt(state, call, outcome.reason, on);
  }
}

/** Show the call, whole, to those who may approve it. */
export async function performAskApproval(on: Performance, callId: string): Promise<Recorded> {
  const call = findCall(on.state, callId);
  const spec = call ? on.policy.tools[call.tool] : undefined;
  if (!call || !spec) return fact(on, () => []);
  const preview = await previewOf(on, call);
  const rule = approvalFor(spec, on.state);
  const audience = rule && rule.by.length > 0 ? rule.by : on.policy.rights.approve;
  const hash = bindingOf(spec, call.input, on.state.agent.hash, preview);
  return fact(on, (state) => {
    if (!startable(state, callId)) return [];
    const question: Question = {
      id: questionId(state),
      kind: "approval",
      callId,
      text: `May I run ${call.tool}?`,
      context: null,
      choices: [],
      freeText: false,
      audience: [...audience],
      call: { tool: call.tool, input: call.input, hash, preview },
      need: rule?.count ?? 1,
    };
    return [{ type: "question_asked", question }];
  });
}

/** What people approved must be, byte for byte, what would run now: arguments, tool, agent, and what they were shown. */
async function whyApprovalIsStale(on: Performance, call: Call): Promise<string | null> {
  const spec = on.policy.tools[call.tool];
  const settled = on.state.settled.findLast(
    (question) => question.callId === call.id && question.call !== null,
  );
  // A person's word on a doubt ("it did not: run it") is about this call as it stands in the log.
  if (!spec || !settled?.call || settled.kind === "doubt") return null;
  const preview = settled.call.preview === null ? null : await previewOf(on, call);
  const now = bindingOf(spec, call.input, on.state.agent.hash, preview);
  if (now === call.approvedHash) return null;
  return "what was shown for approval has changed since";
}

async function previewOf(on: Performance, call: Call): Promise<string | null> {
  const key = on.toolbox.key(call.tool, call.input, { runId: on.runId, callId: call.id });
  return on.toolbox.preview(call.tool, call.input, {
    runId: on.runId,
    callId: call.id,
    key,
    signal: on.signal,
  });
}

/** Intent without outcome. The tool may know; if it does not, a person must say, and nothing runs until then. */
export async function performReconcile(on: Performance, callId: string): Promise<Recorded> {
  const call = findCall(on.state, callId);
  if (!call) return fact(on, () => []);
  const key = on.toolbox.key(call.tool, call.input, { runId: on.runId, callId });
  const known = await on.toolbox.reconcile(call.tool, call.input, {
    runId: on.runId,
    callId,
    key,
    signal: on.signal,
  });
  const untrusted = on.policy.tools[call.tool]?.untrusted ?? true;
  return fact(on, (state) => {
    if (findCall(state, callId)?.is.at !== "started") return [];
    switch (known.type) {
      case "done":
        return [{ type: "call_finished", callId, output: known.output, omitted: 0, ms: 0, untrusted }];
      case "not_done":
        return [{ type: "call_cleared", callId, reason: "the tool says that it did not happen" }];
      case "unknown":
        return doubt(state, call, "the process stopped while it ran", on);
    }
  });
}

function doubt(state: State, call: Call, reason: string, on: Performance): EventBody[] {
  if (state.phase.at === "cancelling") {
    return [failure(call, "unknown_outcome", `It is not known whether this call took effect: ${reason}.`)];
  }
  const spec = on.policy.tools[call.tool];
  const rule = spec ? approvalFor(spec, state) : null;
  const audience = rule ? (rule.by.length > 0 ? rule.by : on.policy.rights.approve) : on.policy.rights.answer;
  const hash = spec ? bindingOf(spec, call.input, state.agent.hash, null) : "";
  const question: Question = {
    id: questionId(state, 1),
    kind: "doubt",
    callId: call.id,
    text: `I can't tell whether ${call.tool} ran: ${reason}. Did it?`,
    context: null,
    choices: [
      { value: "happened", label: "It ran" },
      { value: "run", label: "It did not: run it" },
      { value: "stop", label: "Stop" },
    ],
    freeText: false,
    audience: [...audience],
    call: { tool: call.tool, input: call.input, hash, preview: null },
    need: 1,
  };
  return [
    { type: "call_doubted", callId: call.id, reason },
    { type: "question_asked", question },
  ];
}

function failure(call: Call, code: string, message: string) {
  return { type: "call_failed", callId: call.id, code, message, ms: 0 } as const;
}
