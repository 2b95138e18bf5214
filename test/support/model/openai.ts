/** The OpenAI adapter as tests set it up: short limits, a price, a key that must never be seen again. */
import { expect } from "vitest";
import { type OpenAIModelOptions, openaiModel } from "../../../adapters/openai/model.ts";
import { type Model, ModelError, type ModelRequest } from "../../../src/core/ports/model.ts";

export const secretKey = "sk-test-0123456789abcdef";

/** Every feature of OpenAI itself, for a server on loopback. */
export const everyFeature = {
  store: true,
  encryptedReasoning: true,
  promptCacheKey: true,
  strict: true,
  streamUsage: true,
};

export function testModel(baseURL: string, options: Partial<OpenAIModelOptions> = {}): Model {
  return openaiModel({
    apiKey: secretKey,
    baseURL,
    model: "gpt-5",
    api: "responses",
    prices: { "gpt-5": { input: 1, cachedInput: 0.1, output: 10 } },
    timeouts: { firstByteMs: 10_000, answerMs: 20_000 },
    ...options,
  });
}

/** The ModelError of a call that must fail. Its words never show the key. */
export async function errorOf(
  model: Model,
  request: ModelRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelError> {
  const outcome = await model.answer(request, signal).catch((error: unknown) => error);
  if (!(outcome instanceof ModelError)) throw new Error("expected a ModelError", { cause: outcome });
  expect(outcome.message).not.toContain(secretKey);
  return outcome;
}
