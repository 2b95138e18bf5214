/** The way back from an approved call: what is offered, who took it, and how that is said. */

import type { ToolCall } from "./chosen-call.ts";
import type { EventBody } from "./event.ts";
import { type Call, pendingCalls, type SettledQuestion, type State, type Undo } from "./state.ts";
import { argumentsInBrief, brief, outputInBrief, readable } from "./text/brief.ts";
import { sameJson } from "./text/same-json.ts";

/** Chosen by a person beside what the model does: the model hears of it, and gets no result of a call it never made. */
export function isAside(call: Pick<Call, "undoes">, state: Pick<State, "direct">): boolean {
  return call.undoes !== undefined && !state.direct;
}

/** What was approved by this question, with its way back; null: there is none, or it was settled too long ago. */
export function undoIn(
  state: Pick<State, "settled">,
  questionId: string,
): { question: SettledQuestion; undo: Undo } | null {
  const question = state.settled.find(({ id }) => id === questionId);
  return question?.undo ? { question, undo: question.undo } : null;
}

/** The same state where nothing is offered under this question. */
export function withUndo(state: State, questionId: string, change: Partial<Undo>): State {
  const found = undoIn(state, questionId);
  if (!found) return state;
  const undo = { ...found.undo, ...change };
  return {
    ...state,
    settled: state.settled.map((known) => (known === found.question ? { ...known, undo } : known)),
  };
}

/** The same state, where a way back that the model has just taken by this call is offered no more. */
export function takenItself(
  state: State,
  call: Call,
  { ok, own, output }: { ok: boolean; own?: string; output: string },
): State {
  if (!ok) return state;
  const taken = state.settled.findLast(
    ({ callId, undo }) =>
      callId !== call.id &&
      undo?.asked === null &&
      undo.ended === null &&
      undo.call.tool === call.tool &&
      sameJson(undo.call.input, call.input),
  );
  return taken
    ? withUndo(state, taken.id, { ended: { outcome: "undone", words: resultInWords(own ?? output) } })
    : state;
}

/** `undo restart_service payments staging`, of what was approved by the question. */
export function undoTask({ call }: Pick<SettledQuestion, "call">): string {
  return `Undo ${callInBrief(call ?? { tool: "the call", input: null })}`;
}

/** Why people are asked about a call that no model chose; null: a model did, or whoever launched the run. */
export function whyUndone(state: State, { undoes }: Pick<Call, "undoes">): string | null {
  if (undoes === undefined) return null;
  if (state.undoes) return `${state.from.name} asked for it: ${state.title}.`;
  const found = undoIn(state, undoes);
  const who = found?.undo.asked?.from.name ?? "Somebody";
  return `${who} asked for it: ${found ? undoTask(found.question) : "undo a call"}.`;
}

/** A call and its arguments in a few words. */
export function callInBrief({ tool, input }: ToolCall): string {
  return `${tool} ${argumentsInBrief(input)}`.trim();
}

/** What a call came to, for people: a failure by its message, anything else as it is. At most 200 characters. */
export function resultInWords(output: string): string {
  const value = readable(output);
  const failed = typeof value === "object" && value !== null && "error" in value && "message" in value;
  return failed ? brief(String(value.message), 200) : outputInBrief(output);
}

type UndoEnd = NonNullable<Undo["ended"]>;

/** What is told of a call that undoes something, as its run ends; null: it never began. */
export function cutOff({ is }: Pick<Call, "is">): UndoEnd | null {
  switch (is.at) {
    case "verifying":
      return { outcome: "undone", words: resultInWords(is.result.output) };
    case "started":
    case "doubted":
    case "in_job":
      return { outcome: "failed", words: "it is not known whether it took effect: the run ended first" };
    default:
      return null;
  }
}

/** What came of a run that is one undo, told before `end` ends it: what its call did counts, whatever ends the run. */
export function endOfUndo(state: State, end: EventBody): UndoEnd {
  const decision = state.settled.findLast(({ kind }) => kind === "approval");
  if (decision?.outcome.kind === "refused") {
    const who = decision.from?.name ?? "somebody";
    return { outcome: "refused", words: `by ${who}: ${decision.outcome.text}` };
  }
  const result = state.entries.flat().findLast((entry) => entry.type === "result");
  if (result) return { outcome: result.ok ? "undone" : "failed", words: resultInWords(result.output) };
  const [begun] = pendingCalls(state).flatMap((call) => cutOff(call) ?? []);
  return begun ?? { outcome: "failed", words: whyEnded(end) };
}

function whyEnded(end: EventBody): string {
  switch (end.type) {
    case "failed":
      return resultInWords(end.message);
    case "cancelled":
      return `stopped by ${end.from.name}`;
    default:
      return "it ended";
  }
}
