/** The Responses API: its stream of events, or its one document, to a neutral reading. */
import { failedResponse, streamCut } from "./errors.ts";
import type { Tokens } from "./prices.ts";
import { identified, type Reading, saidIn } from "./reading.ts";
import { argumentsOf, isObject, nameOf, textOf } from "./shapes.ts";
import { type Item, StreamedItems } from "./streamed-items.ts";

const ends: ReadonlySet<unknown> = new Set([
  "response.completed",
  "response.incomplete",
  "response.cancelled",
  "response.done",
]);

/**
 * Read the stream to its terminal event; an answer that came whole is that event alone. `taken`: ids of the run's
 * former calls. Throws when the response failed, can't be read, or the stream ends without a terminal event.
 */
export async function readResponses(
  events: AsyncIterable<unknown>,
  taken: ReadonlySet<string>,
): Promise<Reading> {
  const items = new StreamedItems();
  for await (const event of events) {
    if (!isObject(event)) continue;
    items.hear(event);
    if (event.type === "response.failed") throw failedResponse(errorIn(event.response));
    if (ends.has(event.type)) return reading(items, isObject(event.response) ? event.response : {}, taken);
  }
  throw streamCut();
}

function reading(heard: StreamedItems, response: Item, taken: ReadonlySet<string>): Reading {
  // Some servers end any answer with `response.completed`: the status decides, not the event's name.
  const { status, incomplete_details: details } = response;
  const error = errorIn(response);
  if (error !== null || status === "failed" || status === "cancelled") throw failedResponse(error);
  const items = heard.all(Array.isArray(response.output) ? response.output.filter(isObject) : []);
  const messages = items.filter((item) => item.type === "message");
  const calls = items
    .filter((item) => item.type === "function_call")
    .map((item) => ({
      id: nameOf(item.call_id),
      tool: nameOf(item.name),
      arguments: argumentsOf(item.arguments),
    }));
  return {
    text: saidIn(messages.map((message) => textOf(message.content)).join("")),
    refusal: messages.map((message) => refusalIn(message.content)).join("") || null,
    calls: identified(calls, taken),
    cut: status === "incomplete" ? (isObject(details) && nameOf(details.reason)) || "incomplete" : null,
    items,
    model: nameOf(response.model),
    tokens: tokensOf(response.usage),
  };
}

function errorIn(response: unknown): object | null {
  return isObject(response) && isObject(response.error) ? response.error : null;
}

function refusalIn(content: unknown): string {
  const parts = Array.isArray(content) ? content.filter(isObject) : [];
  return parts.map((part) => (part.type === "refusal" ? nameOf(part.refusal) : "")).join("");
}

function tokensOf(usage: unknown): Tokens | null {
  if (!isObject(usage)) return null;
  const { input_tokens_details: input, output_tokens_details: output } = usage;
  return {
    inputTokens: countOf(usage.input_tokens),
    cachedTokens: isObject(input) ? countOf(input.cached_tokens) : 0,
    outputTokens: countOf(usage.output_tokens),
    reasoningTokens: isObject(output) ? countOf(output.reasoning_tokens) : 0,
  };
}

function countOf(value: unknown): number {
  return typeof value === "number" && value >= 0 ? value : 0;
}
