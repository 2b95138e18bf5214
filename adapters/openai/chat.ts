/** The Chat Completions API: neutral requests to its messages, its stream of deltas to a neutral reading. */
import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { ModelInput, ModelRequest } from "../../src/core/ports/model.ts";
import { type PartialCall, withDelta } from "./deltas.ts";
import { streamCut } from "./errors.ts";
import type { Tokens } from "./prices.ts";
import { identified, type Reading, type Target } from "./reading.ts";
import { functionOf } from "./tools.ts";

export function chatRequest(request: ModelRequest, target: Target): ChatCompletionCreateParamsStreaming {
  const { can } = target;
  const tools = request.tools.map((spec) => ({ type: "function" as const, function: functionOf(spec, can) }));
  return {
    model: target.model,
    messages: [
      { role: "system", content: request.instructions },
      ...request.input.flatMap((entry) => messages(entry, target.provider)),
    ],
    ...(tools.length > 0 ? { tools, tool_choice: "auto" as const } : {}),
    ...(tools.length > 0 && can.parallelToolCalls ? { parallel_tool_calls: true } : {}),
    ...(can.store ? { store: false } : {}),
    ...(can.promptCacheKey ? { prompt_cache_key: request.cacheKey } : {}),
    ...(can.streamUsage ? { stream_options: { include_usage: true } } : {}),
    stream: true,
  };
}

function messages(entry: ModelInput, provider: string): ChatCompletionMessageParam[] {
  switch (entry.type) {
    case "user":
      return [{ role: "user", content: entry.text }];
    case "result":
      return [{ role: "tool", tool_call_id: entry.callId, content: entry.output }];
    case "model": {
      if (entry.provider === provider)
        return verbatim(entry.items as ChatCompletionMessageParam[], entry.calls);
      const calls = entry.calls.map(({ id, tool, input }) => ({
        id,
        tool,
        arguments: JSON.stringify(input ?? {}),
      }));
      return [assistant(entry.text, calls)];
    }
  }
}

/** The results name the calls by the run's ids: where the server repeated one, the run's differs. */
function verbatim(
  items: readonly ChatCompletionMessageParam[],
  calls: readonly { id: string }[],
): ChatCompletionMessageParam[] {
  return items.map((item) =>
    item.role === "assistant" && item.tool_calls
      ? {
          ...item,
          tool_calls: item.tool_calls.map((call, nth) => ({ ...call, id: calls[nth]?.id ?? call.id })),
        }
      : item,
  );
}

/** Servers parse the arguments of former calls and reject a whole request over broken ones: those go back as `{}`. */
function assistant(text: string | null, calls: Reading["calls"]): ChatCompletionAssistantMessageParam {
  if (calls.length === 0) return { role: "assistant", content: text ?? "" };
  return {
    role: "assistant",
    content: text,
    tool_calls: calls.map((call) => ({
      id: call.id,
      type: "function",
      function: { name: call.tool, arguments: isObject(call.arguments) ? call.arguments : "{}" },
    })),
  };
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

interface Folded {
  text: string;
  refusal: string;
  calls: readonly PartialCall[];
  finish: string | null;
  model: string;
  tokens: Tokens | null;
}

/**
 * Read the stream to its end. `taken`: ids of the run's former calls. Throws ModelError when no chunk says why the answer finished: then it did not.
 */
export async function readChat(
  stream: AsyncIterable<ChatCompletionChunk>,
  taken: ReadonlySet<string>,
): Promise<Reading> {
  let folded: Folded = { text: "", refusal: "", calls: [], finish: null, model: "", tokens: null };
  for await (const chunk of stream) folded = withChunk(folded, chunk);
  if (folded.finish === null) throw streamCut();
  const named = folded.calls.map(({ id, tool, args }) => ({ id, tool, arguments: args }));
  const calls = identified(named, taken);
  const text = folded.text || null;
  const refusal = folded.refusal || null;
  return {
    text,
    refusal,
    calls,
    cut: cutReason(folded.finish),
    items: [assistant(text ?? refusal, calls)],
    model: folded.model,
    tokens: folded.tokens,
  };
}

/** Only the first choice is ours; chunks without one carry the usage, or a filter's remarks. */
function withChunk(folded: Folded, chunk: ChatCompletionChunk): Folded {
  const choice = chunk.choices?.[0];
  const delta = choice?.delta;
  return {
    text: folded.text + (delta?.content ?? ""),
    refusal: folded.refusal + (delta?.refusal ?? ""),
    calls: (delta?.tool_calls ?? []).reduce(withDelta, folded.calls),
    finish: choice?.finish_reason ?? folded.finish,
    model: chunk.model || folded.model,
    tokens: tokensOf(chunk.usage) ?? folded.tokens,
  };
}

function cutReason(finish: string): string | null {
  return finish === "length" || finish === "content_filter" || finish === "error" ? finish : null;
}

function tokensOf(usage: ChatCompletionChunk["usage"]): Tokens | null {
  if (!usage) return null;
  return {
    inputTokens: usage.prompt_tokens ?? 0,
    cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    outputTokens: usage.completion_tokens ?? 0,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  };
}
