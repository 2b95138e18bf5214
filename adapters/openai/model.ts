/** The Model port on OpenAI's SDK: the Responses or the Chat API, of OpenAI or of a server that speaks like it. */
import OpenAI from "openai";
import { type Model, type ModelAnswer, ModelError, type ModelRequest } from "../../src/core/ports/model.ts";
import { askUntilTaken, type Server } from "./ask.ts";
import { modelErrorOf, timedOut } from "./errors.ts";
import { featuresOf, type HostFeatures } from "./host.ts";
import { estimated, type Prices, priced } from "./prices.ts";
import type { Reading, Target } from "./reading.ts";
import { Refusals } from "./refused.ts";
import { type Timeouts, timeLimits } from "./time-limits.ts";

/** What one driver is made for: a host, an API and the model of agents that name none. */
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
  timeouts: Timeouts;
  /** What the host understands, where it differs from what its name says. */
  features?: Partial<HostFeatures>;
  fetch?: typeof fetch;
}

const openaiURL = "https://api.openai.com/v1";

/**
 * Each `answer` is one HTTP request, and one more for whatever optional the server refuses: the engine owns the
 * retries. Throws ModelError, and nothing else but bugs.
 */
export function openaiModel(options: OpenAIModelOptions): Model {
  const baseURL = options.baseURL ?? openaiURL;
  const { host } = new URL(baseURL);
  const server: Server = {
    api: options.api,
    host,
    features: { ...featuresOf(host), ...options.features },
    client: clientOf(options, baseURL),
  };
  const refusals = new Refusals();

  return {
    name: `openai ${options.model}`,
    async answer(request, signal) {
      const model = request.model ?? options.model;
      const destination = { host, model, apiKey: options.apiKey };
      using limits = timeLimits(options.timeouts, signal);
      try {
        const { reading, target, leftOut } = await askUntilTaken(request, {
          server,
          destination,
          limits,
          refused: refusals.of(model),
        });
        refusals.remember(model, leftOut);
        return {
          ...answerOf(reading, request, target, options.prices),
          ...(leftOut.length > 0 ? { leftOut } : {}),
        };
      } catch (error) {
        if (signal.aborted) throw aborted(error);
        if (limits.signal.aborted) throw timedOut(host, error);
        throw modelErrorOf(error, destination);
      }
    },
  };
}

function clientOf(options: OpenAIModelOptions, baseURL: string): OpenAI {
  return new OpenAI({
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
}

function answerOf(reading: Reading, request: ModelRequest, target: Target, prices: Prices): ModelAnswer {
  const { tokens, ...answer } = reading;
  const model = answer.model || target.model;
  return {
    ...answer,
    model,
    provider: target.provider,
    usage: priced(tokens ?? estimated(request, reading.items), [model, target.model], prices),
  };
}

function aborted(cause: unknown): ModelError {
  return new ModelError("aborted", "The model call was stopped by us.", { retryable: true, cause });
}
