/** What people asked for and what the calls brought, read from a model request. */
import type { ModelInput } from "../../src/core/ports/model.ts";

/** What somebody with a say in the run wrote; `at` is its place in the request. */
export interface Order {
  at: number;
  text: string;
}

/** A call's result as the model is told it, read back. */
export type Outcome = { ok: true; output: string } | { ok: false; code: string; message: string };

/** `at`: the place of its model answer in the request, counted from 0. */
export interface PastCall {
  at: number;
  tool: string;
  input: unknown;
  /** null while there is no result. */
  outcome: Outcome | null;
}

/** Orders and calls in the order in which they came. */
export interface Conversation {
  orders: readonly Order[];
  calls: readonly PastCall[];
}

/** Results that belong to no call are left out. */
export function conversationOf(input: readonly ModelInput[]): Conversation {
  const results = new Map(
    input.flatMap((entry) => (entry.type === "result" ? [[entry.callId, outcomeOf(entry.output)]] : [])),
  );
  return {
    orders: input.flatMap((entry, at) => {
      const text = entry.type === "user" ? wordsIn(entry.text) : "";
      return text ? [{ at, text }] : [];
    }),
    calls: input.flatMap((entry, at) =>
      entry.type === "model"
        ? entry.calls.map(({ id, tool, input }) => ({ at, tool, input, outcome: results.get(id) ?? null }))
        : [],
    ),
  };
}

const dataFence = /<(data|notice)\b[^<>]{0,300}>[\s\S]*?(?:<\/\1>|$)/giu;
const codeFence = /^(```|~~~)[\s\S]*?(?:^\1\s*$|(?![\s\S]))/gmu;
const frame = /<\/?(?:task|said|message)\b[^<>]{0,300}>/giu;

/** The words of people: data, notices and quoted blocks give no orders, and the frames around words are not words. */
export function wordsIn(text: string): string {
  return text.replace(dataFence, "").replace(codeFence, "").replace(frame, "").trim();
}

/** A failure is told as `{"error": code, "message": words}`; anything else is a tool's output. */
function outcomeOf(output: string): Outcome {
  const value = parsed(output);
  if (typeof value === "object" && value !== null && "error" in value && "message" in value) {
    return { ok: false, code: String(value.error), message: String(value.message) };
  }
  return { ok: true, output: plain(output, value) };
}

/** What a person would read of an output: the answer in it, or its text without a fence around it. */
function plain(output: string, value: unknown): string {
  if (typeof value === "object" && value !== null && "answer" in value) return String(value.answer);
  if (typeof value === "string") return value;
  return output.replace(/<\/?data\b[^<>]{0,300}>/giu, "").trim();
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
