/** The model's context in the seeds' shapes: `{role, content}`, `function_call`, `function_call_output`. */

import { never } from "../../core/never.ts";
import { entriesOf } from "../../core/reduce/entries.ts";
import { type Call, type Entry, type OpenQuestion, pendingCalls, type State } from "../../core/state.ts";
import { withExactDigits } from "../../core/text/digits.ts";
import { isAskedByTool } from "../../core/tool-question.ts";
import type { ContextItem } from "../wire/runs.ts";
import { spokenAsk } from "./spoken.ts";

type ModelCall = Extract<Entry, { type: "model" }>["answer"]["calls"][number];

/**
 * As the seeds' servers build it: a call enters the context with its output, `ask_human` when it asks, and
 * `final_answer` without an output. All other calls stand in `pending_tool_calls` until they are settled. Last comes
 * whatever else a person must settle, as an `ask_human` too: their clients know no other question.
 */
export function contextOf(state: State): ContextItem[] {
  const items: ContextItem[] = [];
  const untold = new Map<string, ModelCall>();
  for (const entry of entriesOf(state)) items.push(...itemsOf(entry, untold));
  for (const call of pendingCalls(state)) if (!isAnsweredByWords(state, call)) untold.delete(call.id);
  return [
    ...items,
    ...[...untold.values()].map(callItem),
    ...state.queued.flatMap((entry) => itemsOf(entry, untold)),
    ...state.questions
      .filter((question) => !isAskHuman(question))
      .map((question) => askItem(question, state)),
  ];
}

/** An `ask_human` whose question is open: the seeds' clients look for it in the context, not among pending calls. */
export function isAnsweredByWords(state: State, call: Call): boolean {
  const { is } = call;
  return is.at === "asking" && state.questions.some((open) => open.id === is.questionId && isAskHuman(open));
}

function isAskHuman(question: OpenQuestion): boolean {
  return question.kind === "ask" && !isAskedByTool(question);
}

function askItem(question: OpenQuestion, state: State): ContextItem {
  const input = spokenAsk(question, state);
  return callItem({ id: question.id, tool: "ask_human", input });
}

function itemsOf(entry: Entry, untold: Map<string, ModelCall>): ContextItem[] {
  switch (entry.type) {
    case "task":
    case "said":
    case "notice":
      return [{ role: "user", content: entry.text }];
    case "data":
      return [{ role: "user", content: `${entry.source}:\n${entry.text}` }];
    case "model":
      for (const call of entry.answer.calls) untold.set(call.id, call);
      return entry.answer.text === null ? [] : [{ role: "assistant", content: entry.answer.text }];
    case "result": {
      const call = untold.get(entry.callId);
      untold.delete(entry.callId);
      const output: ContextItem = {
        type: "function_call_output",
        call_id: entry.callId,
        output: outputOf(entry),
      };
      return call
        ? [callItem(entry.changed ? { ...call, input: entry.changed.input } : call), output]
        : [output];
    }
    default:
      return never(entry);
  }
}

function callItem({ id, tool, input }: ModelCall): ContextItem {
  return { type: "function_call", name: tool, arguments: JSON.stringify(input ?? {}), call_id: id };
}

/** A JSON object, as the seeds' clients parse it: `{"answer"}` of a person stays, anything else is the `result`. */
function outputOf({ output, ok }: Extract<Entry, { type: "result" }>): string {
  const value = parsed(output);
  if (!ok) {
    const message = isRecord(value) && typeof value.message === "string" ? value.message : output;
    return JSON.stringify({ result: `Error: ${message}` });
  }
  return isRecord(value) ? output : JSON.stringify({ result: value });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(withExactDigits(text));
  } catch {
    return text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
