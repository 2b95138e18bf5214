/** The Model port on OpenAI's SDK: the Responses or the Chat API, of OpenAI or of a server that speaks like it. */
import OpenAI from "openai";
import { type Model, type ModelAnswer, ModelError, type ModelRequest } from "../../src/core/ports/model.ts";
import { chatRequest, readChat } from "./chat.ts";
import { modelErrorOf, timedOut } from "./errors.ts";
import { featuresOf, type HostFeatures } from "./host.ts";
import { type Prices, priced } from "./prices.ts";
import type { Reading, Target } from "./reading.ts";
import { readResponses, responsesRequest } from "./responses.ts";

export interface OpenAIModelOptions {
  /** Servers without keys want any non-empty string. */
  apiKey: string;
  /** null: OpenAI itself. */
  baseURL: string | null;
  /** Used when the agent names no model of its own. */
  model: string;
  api: "responses" | "chat";
  /** US dollars per million tokens, by model. */
  prices: Prices;
  timeouts: {
    /** From the request to the first event of its answer. */
    firstByteMs: number;
    /** From the request to the end of its answer. */
    answerMs: number;
  };
  /** What the host understands, where it differs from what its name says. */
  features?: Partial<HostFeatures>;
  fetch?: typeof fetch;
}

const openaiURL = "https://api.openai.com/v1";

/** Each `answer` is one HTTP request: the engine owns the retries. Throws ModelError, and nothing else but bugs. */
export function openaiModel(options: OpenAIModelOptions): Model {
  const baseURL = options.baseURL ?? openaiURL;
  const { host } = new URL(baseURL);
  const can = { ...featuresOf(host), ...options.features };
  const client = new OpenAI({
    apiKey: options.apiKey,
    baseURL,
    // Explicit, so that the SDK looks for nothing in the environment.
    organization: null,
    project: null,
    logLevel: "off",
    maxRetries: 0,
    timeout: options.timeouts.answerMs,
    ...(options.fetch ? { fetch: options.fetch } : {}),
  });

  return {
    name: `openai ${options.model}`,
    async answer(request, signal) {
      const model = request.model ?? options.model;
      const provider = `openai-${options.api}:${host}/${model}`;
      const target: Target = { model, provider, can };
      using limits = timeLimits(options.timeouts, signal);
      const read = options.api === "responses" ? askResponses : askChat;
      try {
        const reading = await read(client, request, target, limits);
        return answerOf(reading, target, options.prices);
      } catch (error) {
        if (signal.aborted) throw aborted(error);
        if (limits.signal.aborted) throw timedOut(host, error);
        throw modelErrorOf(error, { host, model });
      }
    },
  };
}

function answerOf(reading: Reading, target: Target, prices: Prices): ModelAnswer {
  const { tokens, ...answer } = reading;
  const model = answer.model || target.model;
  return {
    ...answer,
    model,
    provider: target.provider,
    usage: priced(tokens, [model, target.model], prices),
  };
}

async function askResponses(
  client: OpenAI,
  request: ModelRequest,
  target: Target,
  limits: TimeLimits,
): Promise<Reading> {
  const stream = await client.responses.create(responsesRequest(request, target), { signal: limits.signal });
  return await readResponses(limits.watch(stream), callIds(request));
}

async function askChat(
  client: OpenAI,
  request: ModelRequest,
  target: Target,
  limits: TimeLimits,
): Promise<Reading> {
  const stream = await client.chat.completions.create(chatRequest(request, target), {
    signal: limits.signal,
  });
  return await readChat(limits.watch(stream), callIds(request));
}

function callIds(request: ModelRequest): ReadonlySet<string> {
  const calls = request.input.flatMap((entry) => (entry.type === "model" ? entry.calls : []));
  return new Set(calls.map((call) => call.id));
}

interface TimeLimits extends Disposable {
  /** Aborted by the caller, or when a limit is reached. */
  signal: AbortSignal;
  /** Passes the events on; the first one ends the first limit. (The SDK ends an aborted stream without an error.) */
  watch<T>(stream: AsyncIterable<T>): AsyncIterable<T>;
}

function timeLimits(timeouts: OpenAIModelOptions["timeouts"], signal: AbortSignal): TimeLimits {
  const late = new AbortController();
  const first = setTimeout(() => late.abort(), timeouts.firstByteMs);
  const whole = setTimeout(() => late.abort(), timeouts.answerMs);
  return {
    signal: AbortSignal.any([signal, late.signal]),
    async *watch(stream) {
      for await (const event of stream) {
        clearTimeout(first);
        yield event;
      }
    },
    [Symbol.dispose]() {
      clearTimeout(first);
      clearTimeout(whole);
    },
  };
}

function aborted(cause: unknown): ModelError {
  return new ModelError("aborted", "The model call was stopped by us.", { retryable: true, cause });
}
