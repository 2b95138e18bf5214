/** The Responses API: neutral requests to its items, its stream of events to a neutral reading. */
import type {
  ResponseCreateParamsStreaming,
  ResponseInputItem,
  ResponseOutputItem,
  ResponseStreamEvent,
  ResponseUsage,
} from "openai/resources/responses/responses";
import type { ModelInput, ModelRequest } from "../../src/core/ports/model.ts";
import { failedResponse, streamCut } from "./errors.ts";
import type { HostFeatures } from "./host.ts";
import type { Tokens } from "./prices.ts";
import { identified, type Reading, type Target } from "./reading.ts";
import { functionOf } from "./tools.ts";

/** Nothing is kept on the provider's side: the whole context goes with each request, only ever growing at its end. */
export function responsesRequest(request: ModelRequest, target: Target): ResponseCreateParamsStreaming {
  const { can } = target;
  return {
    model: target.model,
    instructions: request.instructions,
    input: request.input.flatMap((entry) => inputItems(entry, target.provider)),
    ...(request.tools.length > 0 ? toolFields(request, can) : {}),
    ...(can.store ? { store: false } : {}),
    ...(can.encryptedReasoning ? { include: ["reasoning.encrypted_content" as const] } : {}),
    ...(can.promptCacheKey ? { prompt_cache_key: request.cacheKey } : {}),
    stream: true,
  };
}

function toolFields(
  request: ModelRequest,
  can: HostFeatures,
): Pick<ResponseCreateParamsStreaming, "tools" | "tool_choice" | "parallel_tool_calls"> {
  return {
    // The SDK's type wants `strict` always; hosts that do not know it must not see it.
    tools: request.tools.map((spec) => ({ type: "function", ...functionOf(spec, can) }) as FunctionTool),
    tool_choice: "auto",
    ...(can.parallelToolCalls ? { parallel_tool_calls: true } : {}),
  };
}

type FunctionTool = Extract<
  NonNullable<ResponseCreateParamsStreaming["tools"]>[number],
  { type: "function" }
>;

/** A former answer of this very provider and model goes back verbatim, so that its reasoning can be continued. */
function inputItems(entry: ModelInput, provider: string): ResponseInputItem[] {
  switch (entry.type) {
    case "user":
      return [{ role: "user", content: entry.text }];
    case "result":
      return [{ type: "function_call_output", call_id: entry.callId, output: entry.output }];
    case "model": {
      if (entry.provider === provider) return verbatim(entry.items as ResponseInputItem[], entry.calls);
      const calls = entry.calls.map((call): ResponseInputItem => {
        const args = JSON.stringify(call.input ?? {});
        return { type: "function_call", call_id: call.id, name: call.tool, arguments: args };
      });
      return entry.text ? [{ role: "assistant", content: entry.text }, ...calls] : calls;
    }
  }
}

/** The results name the calls by the run's ids, which differ where the server's were missing or not unique. */
function verbatim(
  items: readonly ResponseInputItem[],
  calls: readonly { id: string }[],
): ResponseInputItem[] {
  let nth = 0;
  return items.map((item) => {
    if (item.type !== "function_call") return item;
    const id = calls[nth++]?.id;
    return id === undefined || id === item.call_id ? item : { ...item, call_id: id };
  });
}

/**
 * Read the stream to its terminal event. Items are taken as each is done, in their order: earlier copies may
 * lack the encrypted reasoning. (Some servers send them with the terminal event only.)
 * `taken`: ids of the run's former calls. Throws when the response failed or the stream ends without a terminal event.
 */
export async function readResponses(
  stream: AsyncIterable<ResponseStreamEvent>,
  taken: ReadonlySet<string>,
): Promise<Reading> {
  const items: ResponseOutputItem[] = [];
  for await (const event of stream) {
    switch (event.type) {
      case "response.output_item.done":
        items[event.output_index ?? items.length] = event.item;
        break;
      case "response.completed":
      case "response.incomplete":
        return reading(
          items.length > 0 ? items.filter(Boolean) : event.response.output,
          event.response,
          taken,
        );
      case "response.failed":
        throw failedResponse(event.response.error);
      default:
      // Deltas and event types of later days: the finished items say it all.
    }
  }
  throw streamCut();
}

interface Ended {
  status?: string | undefined;
  incomplete_details?: { reason?: string | undefined } | null;
  model: string;
  usage?: Partial<ResponseUsage> | undefined;
}

function reading(items: readonly ResponseOutputItem[], response: Ended, taken: ReadonlySet<string>): Reading {
  const parts = items.flatMap((item) => (item.type === "message" ? item.content : []));
  const text = parts.map((part) => (part.type === "output_text" ? part.text : "")).join("");
  const refusal = parts.map((part) => (part.type === "refusal" ? part.refusal : "")).join("");
  const calls = items.flatMap((item) =>
    item.type === "function_call" ? [{ id: item.call_id, tool: item.name, arguments: item.arguments }] : [],
  );
  return {
    text: text || null,
    refusal: refusal || null,
    calls: identified(calls, taken),
    // Some servers end an incomplete answer with `response.completed`: the status decides, not the event's name.
    cut: response.status === "incomplete" ? (response.incomplete_details?.reason ?? "incomplete") : null,
    items,
    model: response.model,
    tokens: tokensOf(response.usage),
  };
}

function tokensOf(usage: Partial<ResponseUsage> | null | undefined): Tokens | null {
  if (!usage) return null;
  return {
    inputTokens: usage.input_tokens ?? 0,
    cachedTokens: usage.input_tokens_details?.cached_tokens ?? 0,
    outputTokens: usage.output_tokens ?? 0,
    reasoningTokens: usage.output_tokens_details?.reasoning_tokens ?? 0,
  };
}
