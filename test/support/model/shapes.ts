/** Answers of a model's server in the shape that a test gives them, through both APIs. */
import type { ModelAnswer } from "../../../src/core/ports/model.ts";
import { errorOf, testModel } from "./openai.ts";
import { modelRequest, user } from "./request.ts";
import { chatStream, responsesStream, type Script, sseServer, stream, whole } from "./sse.ts";

export const signal = new AbortController().signal;
export const request = modelRequest([user("go")]);
export const apis = ["chat", "responses"] as const;
export type Api = (typeof apis)[number];

export async function answerOf(api: Api, script: Script): Promise<ModelAnswer> {
  await using server = await sseServer(script);
  return await testModel(server.url, { api }).answer(request, signal);
}

export async function failureOf(api: Api, script: Script) {
  await using server = await sseServer(script);
  return await errorOf(testModel(server.url, { api }), request);
}

export function partOf(list: unknown, at: number): unknown {
  return Array.isArray(list) ? list[at] : undefined;
}

export const fn = (name: string | undefined, args: unknown) => ({ function: { name, arguments: args } });

export function calling(api: Api, args: unknown): { streamed: Script; inOnePiece: Script } {
  const call = { id: "c1", type: "function", ...fn("power", args) };
  const message = { role: "assistant", content: null, tool_calls: [call] };
  const item = { type: "function_call", call_id: "c1", name: "power", arguments: args };
  const response = { model: "m", status: "completed", output: [item] };
  return api === "chat"
    ? {
        streamed: stream(...chatStream([{ tool_calls: [{ index: 0, ...call }] }], "tool_calls")),
        inOnePiece: whole({ model: "m", choices: [{ index: 0, message, finish_reason: "tool_calls" }] }),
      }
    : { streamed: stream(...responsesStream([item])), inOnePiece: whole(response) };
}

export function saying(api: Api, content: unknown): Script {
  const message = { type: "message", role: "assistant", content };
  return api === "chat" ? stream(...chatStream([{ content }])) : stream(...responsesStream([message]));
}

export const sum = { tool: "sum_numbers", arguments: '{"a":1,"b":2}' };
export const power = { tool: "power", arguments: '{"base":2}' };

export const item = (call_id: string, name: string, args: string, more: object = {}) => ({
  type: "function_call",
  call_id,
  name,
  arguments: args,
  ...more,
});
