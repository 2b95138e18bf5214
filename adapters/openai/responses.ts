/** The Responses API: a neutral request as its items. */
import type {
  FunctionTool,
  ResponseCreateParams,
  ResponseInputItem,
} from "openai/resources/responses/responses";
import type { ModelInput, ModelRequest } from "../../src/core/ports/model.ts";
import { historyOf } from "./history.ts";
import type { Target } from "./reading.ts";
import { argumentsOf, isObject, nameOf, soundArguments, soundName } from "./shapes.ts";
import { cacheKeyOf, functionOf } from "./tools.ts";

/** Nothing is kept on the provider's side: the whole context goes with each request, only ever growing at its end. */
export function responsesRequest(request: ModelRequest, target: Target): ResponseCreateParams {
  const { can } = target;
  // The SDK's type wants `strict` always; hosts that do not know it must not see it.
  const tools = request.tools.map(
    (spec) => ({ type: "function", ...functionOf(spec, can) }) as unknown as FunctionTool,
  );
  return {
    model: target.model,
    instructions: request.instructions,
    input: historyOf(request.input, can).flatMap((entry) => inputItems(entry, target)),
    ...(tools.length > 0 ? { tools } : {}),
    ...(can.store ? { store: false } : {}),
    ...(can.encryptedReasoning ? { include: ["reasoning.encrypted_content" as const] } : {}),
    ...(can.promptCacheKey ? { prompt_cache_key: cacheKeyOf(request) } : {}),
    ...(can.stream ? { stream: true as const } : {}),
  };
}

/** A former answer of this very provider and model goes back verbatim, so that its reasoning can be continued. */
function inputItems(entry: ModelInput, { provider, can }: Target): ResponseInputItem[] {
  switch (entry.type) {
    case "user":
      return [{ role: "user", content: entry.text }];
    case "result":
      return [{ type: "function_call_output", call_id: entry.callId, output: entry.output }];
    case "model": {
      if (entry.provider === provider && can.verbatim) return verbatim(entry.items, entry.calls);
      const calls = entry.calls.map((call): ResponseInputItem => {
        const args = soundArguments(JSON.stringify(call.input ?? {}));
        return { type: "function_call", call_id: call.id, name: soundName(call.tool), arguments: args };
      });
      return entry.text ? [{ role: "assistant", content: entry.text }, ...calls] : calls;
    }
  }
}

/**
 * The results name the calls by the run's ids, which differ where the server's were missing or not unique. Servers
 * parse the calls anew, so whatever in them they would reject the request for is mended.
 */
function verbatim(items: readonly unknown[], calls: readonly { id: string }[]): ResponseInputItem[] {
  let nth = 0;
  return items.filter(isObject).map((item) => {
    if (item.type !== "function_call") return item;
    return {
      ...item,
      call_id: calls[nth++]?.id ?? item.call_id,
      name: soundName(nameOf(item.name)),
      arguments: soundArguments(argumentsOf(item.arguments)),
    };
  }) as unknown as ResponseInputItem[];
}
