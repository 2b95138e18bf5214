/** The Chat Completions API: its stream of deltas, or its one document, to a neutral reading. */
import { assistant, callOf } from "./chat.ts";
import { type PartialCall, wholeCalls, withDeltas } from "./deltas.ts";
import { streamCut } from "./errors.ts";
import { type Extras, extrasOf, withExtras } from "./extras.ts";
import type { Tokens } from "./prices.ts";
import { identified, type Reading, saidIn } from "./reading.ts";
import { isObject, nameOf, textOf, unreadable } from "./shapes.ts";

interface Folded {
  text: string;
  refusal: string;
  calls: readonly PartialCall[];
  extras: Extras;
  finish: string | null;
  model: string;
  tokens: Tokens | null;
}

const nothing: Folded = {
  text: "",
  refusal: "",
  calls: [],
  extras: {},
  finish: null,
  model: "",
  tokens: null,
};

/** What the API itself knows of a message; all else is the server's own. */
const known: ReadonlySet<string> = new Set(["role", "content", "refusal", "tool_calls", "function_call"]);

/**
 * Read the stream to its end; an answer that came whole is a stream of one piece. `taken`: ids of the run's former
 * calls. Throws ModelError when no piece says why the answer finished (then it did not), or when it can't be read.
 */
export async function readChat(chunks: AsyncIterable<unknown>, taken: ReadonlySet<string>): Promise<Reading> {
  let folded = nothing;
  for await (const chunk of chunks) if (isObject(chunk)) folded = withChunk(folded, chunk);
  if (folded.finish === null) throw streamCut();
  const { finish, model, tokens } = folded;
  const named = folded.calls.map(({ id, tool, args }) => ({ id, tool, arguments: args }));
  const calls = identified(named, taken);
  const text = saidIn(folded.text);
  const refusal = folded.refusal || null;
  // The reason says that there are calls: an answer that holds none must not pass for an empty one.
  if (calls.length === 0 && text === null && /^(?:tool_calls|function_call)$/u.test(finish)) {
    throw unreadable("calls", finish);
  }
  const items = [messageOf(folded, calls)];
  return { text, refusal, calls, cut: cutReason(finish), items, model, tokens };
}

function messageOf(folded: Folded, calls: Reading["calls"]): object {
  const said = folded.text || folded.refusal || null;
  const sent = calls.map(({ id, tool, arguments: args }, nth) => {
    const { function: called, ...call } = callOf(id, tool, args);
    const { extras, functionExtras } = folded.calls[nth] ?? {};
    return { ...call, function: { ...called, ...functionExtras }, ...extras };
  });
  return { ...assistant(said, sent), ...folded.extras };
}

/** Only the first choice is ours; chunks without one carry the usage, or a filter's remarks. */
function withChunk(folded: Folded, chunk: Record<string, unknown>): Folded {
  const choices = Array.isArray(chunk.choices) ? chunk.choices.filter(isObject) : [];
  const [choice] = choices;
  // Some servers repeat all there is so far beside each piece: the piece counts.
  const isWhole = !choice?.delta && Boolean(choice?.message);
  const piece = choice?.delta ?? choice?.message;
  const delta = isObject(piece) ? piece : {};
  return {
    text: folded.text + textOf(delta.content),
    refusal: folded.refusal + textOf(delta.refusal),
    calls: isWhole ? wholeCalls(callsIn(delta)) : withDeltas(folded.calls, callsIn(delta)),
    extras: withExtras(folded.extras, extrasOf(delta, known)),
    finish: nameOf(choice?.finish_reason) || folded.finish,
    model: nameOf(chunk.model) || folded.model,
    tokens: tokensOf(chunk.usage) ?? folded.tokens,
  };
}

/** Today's list, or the one call of the API's first form. */
function callsIn({ tool_calls: calls, function_call: call }: Record<string, unknown>): readonly unknown[] {
  if (calls !== null && calls !== undefined && !Array.isArray(calls)) throw unreadable("calls", calls);
  return [...(calls ?? []), ...(isObject(call) ? [{ index: 0, function: call }] : [])];
}

function cutReason(finish: string): string | null {
  return finish === "length" || finish === "content_filter" || finish === "error" ? finish : null;
}

function tokensOf(usage: unknown): Tokens | null {
  if (!isObject(usage)) return null;
  const { prompt_tokens_details: prompt, completion_tokens_details: completion } = usage;
  return {
    inputTokens: countOf(usage.prompt_tokens),
    cachedTokens: isObject(prompt) ? countOf(prompt.cached_tokens) : 0,
    outputTokens: countOf(usage.completion_tokens),
    reasoningTokens: isObject(completion) ? countOf(completion.reasoning_tokens) : 0,
  };
}

function countOf(value: unknown): number {
  return typeof value === "number" && value >= 0 ? value : 0;
}
