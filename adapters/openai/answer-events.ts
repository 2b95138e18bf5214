/** The events of an answer, streamed or in one piece: servers do not always keep to what they were asked for. */
import type OpenAI from "openai";
import { Stream } from "openai/core/streaming";
import { failedResponse, notTheApi } from "./errors.ts";
import { isObject } from "./shapes.ts";

/** A whole answer as the one event that says it all, by API. */
const wholeAs = {
  chat: (answer: object): object => answer,
  responses: (response: object): object => ({ type: "response.completed", response }),
};

interface Asked {
  client: OpenAI;
  api: keyof typeof wholeAs;
  host: string;
  /** Ends the request when the rest of the answer is of no use. */
  request: AbortController;
}

/** Throws a `ModelError` for an HTML page, which no API sends. */
export async function* eventsOf(response: Response, asked: Asked): AsyncIterable<unknown> {
  const { client, api, host, request } = asked;
  const type = response.headers.get("content-type") ?? "";
  if (/html/iu.test(type)) throw notTheApi(host);
  if (!/json/iu.test(type)) {
    yield* Stream.fromSSEResponse<unknown>(response, request, client);
    return;
  }
  const text = await response.text();
  // Some servers stream under the wrong name.
  if (/^\s*[[{]/u.test(text)) yield wholeAs[api](wholeAnswer(text));
  else yield* Stream.fromSSEResponse<unknown>(new Response(text), request, client);
}

/** Throws the error that it holds instead, or a SyntaxError. */
function wholeAnswer(text: string): object {
  const answer: unknown = JSON.parse(text);
  if (!isObject(answer)) throw failedResponse(null);
  if (typeof answer.error === "string") throw failedResponse({ message: answer.error });
  if (isObject(answer.error)) throw failedResponse(answer.error);
  return answer;
}
