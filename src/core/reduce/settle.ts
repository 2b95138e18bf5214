/** How questions close, what a person's word renews, and what the end of a run leaves behind. */
import type { Person } from "../actor.ts";
import { type Call, type OpenQuestion, pendingCalls, type SettledQuestion, type State } from "../state.ts";
import { unknownEffect } from "../text/unknown-effect.ts";
import { cutOff, isAside, withUndo } from "../undo.ts";
import { entered } from "./entries.ts";

const keptSettled = 8;
/** What can be undone, or binds a call that goes on, stays longer: both are looked up. */
const keptLonger = 32;

/** How often in a row each reminder was given to the model: none yet. */
export const noNudges: State["nudges"] = { no_call: 0, empty: 0, cut: 0, unparsed: 0, stuck: 0 };

/** From the open questions to the settled ones, of which the state keeps the last few. */
export function closeQuestion(
  state: State,
  question: OpenQuestion,
  outcome: SettledQuestion["outcome"],
  event: { at: number; from?: Person; via?: { channel: string } },
): State {
  return {
    ...state,
    questions: state.questions.filter((open) => open.id !== question.id),
    settled: kept(state, [...state.settled, settledAs(question, outcome, event)]),
  };
}

/** What no longer holds must not be approved: a card that is still open is closed with the reason. */
export function withoutCard(state: State, callId: string, event: { at: number; reason: string }): State {
  const open = state.questions.find((question) => question.callId === callId && question.kind === "approval");
  return open ? closeQuestion(state, open, { kind: "changed", text: event.reason }, { at: event.at }) : state;
}

function kept(state: State, settled: readonly SettledQuestion[]): readonly SettledQuestion[] {
  const pending = new Set<string | null>(pendingCalls(state).map(({ id }) => id));
  const binds = ({ call, callId, outcome }: SettledQuestion) =>
    call !== null && pending.has(callId) && outcome.kind !== "changed";
  const older = settled.slice(0, -keptSettled).filter((one) => one.undo !== undefined || binds(one));
  return [...older.slice(-keptLonger), ...settled.slice(-keptSettled)];
}

function settledAs(
  asked: OpenQuestion,
  outcome: SettledQuestion["outcome"],
  event: { at: number; from?: Person; via?: { channel: string } },
): SettledQuestion {
  return {
    ...asked,
    settledAt: event.at,
    outcome,
    from: event.from ?? null,
    channel: event.via?.channel ?? null,
  };
}

/** An answer is a person at work with the run: the steps are granted anew. */
export function renewed(state: State): State {
  return { ...state, stepsGranted: state.steps + state.limits.steps };
}

/** With all runs below it, as the limits count. */
export function usedTokens(state: Pick<State, "usage" | "below">): number {
  return spentTokens(state) + state.below.tokens;
}

/** US dollars, likewise. null: no price is known, and nothing below had one. */
export function usedCost({ usage, below }: Pick<State, "usage" | "below">): number | null {
  return usage.costUsd === null && below.costUsd === 0 ? null : (usage.costUsd ?? 0) + below.costUsd;
}

/** Input and output tokens of the whole run, as the token limit counts them. */
export function spentTokens(state: Pick<State, "usage">): number {
  return state.usage.inputTokens + state.usage.outputTokens;
}

/** The run ended: open questions are withdrawn, and calls without a result get one, so that the log has no gaps. */
export function withdrawAll(state: State, pending: ReturnType<typeof pendingCalls>): State {
  // All of them stay, however many: each must be shown and stored as settled.
  const withdrawn = state.questions.map((question) =>
    settledAs(question, { kind: "withdrawn", text: "the run ended" }, { at: state.updatedAt }),
  );
  const closed: State = { ...state, questions: [], settled: [...state.settled, ...withdrawn] };
  const undos = pending.filter((call) => isAside(call, state));
  const calls = pending.filter((call) => !isAside(call, state));
  return calls.reduce(
    (sum, call, index) => {
      // The calls before a final answer are settled when it completes the run.
      const done = state.phase.at === "complete" && index === 0;
      const output = done
        ? "The answer was delivered."
        : call.is.at === "verifying"
          ? `${call.is.result.output}\nIt is not known whether it helped: the run ended first.`
          : wasBegun(call)
            ? `${unknownEffect}: the run ended first.`
            : "Not run: the run ended first.";
      return entered(sum, {
        type: "result",
        callId: call.id,
        tool: call.tool,
        output,
        ok: done,
        untrusted: false,
      });
    },
    undos.reduce(undoCutOff, closed),
  );
}

/** Nobody knows what it did; a call that asked people had begun before. */
function wasBegun({ is, asks }: Call): boolean {
  return is.at === "started" || is.at === "doubted" || is.at === "in_job" || Boolean(asks);
}

/** One that never began is offered again; of any other nobody knows what it did. */
function undoCutOff(state: State, call: Call): State {
  const ended = cutOff(call);
  return withUndo(state, call.undoes ?? "", ended ? { ended } : { asked: null });
}

/** What its tool was in the middle of is over: it asks again. */
export function anew({ asks }: Call): { asks?: null } {
  return asks ? { asks: null } : {};
}

/** What changes of a call that did not happen: it may start again. */
export function cleared(call: Call): Pick<Call, "is" | "asks"> {
  return { is: call.approvedHash === null ? { at: "chosen" } : { at: "approved" }, ...anew(call) };
}
