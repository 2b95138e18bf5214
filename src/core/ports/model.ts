/** What the engine needs of a language model: one request, one answer. */
import type { ToolSpec } from "../agent.ts";
import type { Usage } from "../usage.ts";

/** The context window in neutral form. From step to step of a run each request repeats the former one's prefix. */
export interface ModelRequest {
  model: string | null;
  instructions: string;
  tools: readonly ToolSpec[];
  input: readonly ModelInput[];
  /** Stable per agent: providers route equal prefixes by it. */
  cacheKey: string;
}

/** One entry of the context window. `output` and `text` are what the model reads, fenced where it is untrusted. */
export type ModelInput =
  | { type: "user"; text: string }
  /** A former answer. `items` are the provider's own, used verbatim when `provider` is the driver's. */
  | {
      type: "model";
      text: string | null;
      calls: readonly { id: string; tool: string; input: unknown }[];
      items: readonly unknown[];
      provider: string;
    }
  | { type: "result"; callId: string; output: string };

/** What the model chose. `items`: the provider's own output, opaque, kept to be sent back to the same `provider`. */
export interface ModelAnswer {
  text: string | null;
  /** `arguments` as the model wrote them: a JSON string, not yet trusted. */
  calls: readonly { id: string; tool: string; arguments: string }[];
  refusal: string | null;
  /** Why the provider stopped in the middle, or null. */
  cut: string | null;
  items: readonly unknown[];
  provider: string;
  model: string;
  usage: Usage;
  /** What the provider refused in the request: the answer was given to the same request without it. */
  leftOut?: readonly LeftOut[];
}

/** Something optional of a request, and the provider's words about it, without keys. */
export interface LeftOut {
  field: string;
  words: string;
}

/** A language model behind one provider. `answer` rejects with `ModelError`, or when `signal` is aborted. */
export interface Model {
  /** Shown to people: `openai gpt-5`, `demo`. */
  readonly name: string;
  answer(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer>;
}

/**
 * A model call that gave no answer. `retryable`: the same request may work later. `message` is for people; `cause` has
 * the provider's own words, without keys, for the log.
 */
export class ModelError extends Error {
  readonly code:
    | "rate_limited"
    | "overloaded"
    | "timeout"
    | "connection"
    | "stream_cut"
    | "quota"
    | "auth"
    | "bad_request"
    | "bad_answer"
    | "context_overflow"
    | "aborted";
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  constructor(
    code: ModelError["code"],
    message: string,
    options: { retryable: boolean; retryAfterMs?: number | null; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = "ModelError";
    this.code = code;
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
