/** The Chat Completions API: a neutral request as its messages. */
import type {
  ChatCompletionCreateParams,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { ModelInput, ModelRequest } from "../../src/core/ports/model.ts";
import { historyOf } from "./history.ts";
import type { Target } from "./reading.ts";
import { isObject, soundArguments, soundName } from "./shapes.ts";
import { cacheKeyOf, functionOf } from "./tools.ts";

type Message = ChatCompletionMessageParam;

/** Leaves out what `target.can` says that the host does not understand. */
export function chatRequest(request: ModelRequest, target: Target): ChatCompletionCreateParams {
  const { can } = target;
  const tools = request.tools.map((spec) => ({ type: "function" as const, function: functionOf(spec, can) }));
  const streamed = can.stream
    ? { stream: true as const, ...(can.streamUsage ? { stream_options: { include_usage: true } } : {}) }
    : {};
  return {
    model: target.model,
    messages: messagesOf(request, target),
    ...(tools.length > 0 ? { tools } : {}),
    ...(can.store ? { store: false } : {}),
    ...(can.promptCacheKey ? { prompt_cache_key: cacheKeyOf(request) } : {}),
    ...streamed,
  };
}

function messagesOf({ instructions, input }: ModelRequest, target: Target): Message[] {
  if (target.can.systemRole) {
    const told = historyOf(input, target.can).flatMap((entry) => messages(entry, target));
    return [{ role: "system", content: instructions }, ...told];
  }
  const leading: ModelInput = { type: "user", text: instructions };
  return historyOf([leading, ...input], { freeTurns: false }).flatMap((entry) => messages(entry, target));
}

function messages(entry: ModelInput, target: Target): Message[] {
  switch (entry.type) {
    case "user":
      return [{ role: "user", content: entry.text }];
    case "result":
      return [{ role: "tool", tool_call_id: entry.callId, content: entry.output }];
    case "model": {
      const isOwn = entry.provider === target.provider && target.can.verbatim;
      if (isOwn) return entry.items.filter(isObject).map((item) => verbatim(item, entry.calls, target));
      const calls = entry.calls.map(({ id, tool, input }) => callOf(id, tool, JSON.stringify(input ?? {})));
      return [assistant(entry.text, calls)];
    }
  }
}

/**
 * As it came, with what the server added. The results name the calls by the run's ids: where the server's were missing
 * or not unique, the run's differ.
 */
function verbatim(
  item: Record<string, unknown>,
  calls: readonly { id: string }[],
  { without }: Target,
): Message {
  const kept = Object.entries(item).filter(([key]) => !without.has(`message.${key}`));
  const own = Array.isArray(item.tool_calls) ? item.tool_calls.filter(isObject) : [];
  const sent = own.map((call, nth) => {
    const fields = Object.entries(call).filter(([key]) => !without.has(`call.${key}`));
    return { ...Object.fromEntries(fields), id: calls[nth]?.id ?? call.id };
  });
  return {
    ...Object.fromEntries(kept),
    ...(sent.length > 0 ? { tool_calls: sent } : {}),
  } as unknown as Message;
}

/**
 * An answer as a message. Servers parse its calls anew, so whatever in them they would reject
 * the request for is mended.
 */
export function assistant(
  text: string | null,
  calls: readonly ChatCompletionMessageFunctionToolCall[],
): Message {
  if (calls.length === 0) return { role: "assistant", content: text ?? "" };
  return { role: "assistant", content: text, tool_calls: [...calls] };
}

/** A former call as it goes back: names and arguments are made such that no server refuses them. */
export function callOf(id: string, tool: string, args: string): ChatCompletionMessageFunctionToolCall {
  return { id, type: "function", function: { name: soundName(tool), arguments: soundArguments(args) } };
}
