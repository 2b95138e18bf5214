/** Everything that can go wrong between us and the model, as one ModelError that a person can act on. */
import { APIConnectionError, APIConnectionTimeoutError, APIError } from "openai";
import { ModelError } from "../../src/core/ports/model.ts";
import { createRedactor } from "../../src/core/text/redact.ts";
import type { Complaint } from "./refused.ts";
import { retryAfterMs } from "./retry-after.ts";
import { isObject } from "./shapes.ts";

/** Where the request went: for the words of the error. `apiKey` never stands in them. */
export interface Destination {
  host: string;
  model: string;
  apiKey: string;
}

const overflow =
  /context[ _]?(window|length|size)|maximum context|too many tokens|prompt is too long|input is too long/iu;

/** The stream ended, politely or not, before the answer was whole: nothing of it is used. */
export function streamCut(cause?: unknown): ModelError {
  const message = "The model's answer broke off before it was complete. Nothing of it was used.";
  return new ModelError("stream_cut", message, { retryable: true, cause });
}

/** `response.failed`: the provider's own word on why. It travels as an APIError, to be told like any other. */
export function failedResponse(error: object | null): APIError {
  return new APIError(undefined, error ?? {}, undefined, undefined);
}

/** A page where an answer should be: a proxy's, or a server that has its API elsewhere. */
export function notTheApi(host: string): ModelError {
  const message = `${host} answered with a web page, not as a model's API. Check OPENAI_BASE_URL: for most servers it ends in /v1.`;
  return new ModelError("bad_request", message, { retryable: false });
}

/** What a server says against a request, in whatever form; null for errors that no server sent. */
export function complaintOf(error: unknown, to: Pick<Destination, "apiKey">): Complaint | null {
  if (!(error instanceof APIError) || error instanceof APIConnectionError) return null;
  const code = nameIn(error.code) ?? nameIn(error.type);
  return {
    status: error.status ?? statusIn(code),
    code,
    param: nameIn(error.param),
    words: withoutKeys(wordsOf(error), to.apiKey),
  };
}

function nameIn(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

/** FastAPI's way is read field by field: it repeats the whole request, in which every field would be named. */
function wordsOf(error: APIError): string {
  const body: unknown = error.error;
  const details = isObject(body) && Array.isArray(body.detail) ? body.detail.filter(isObject) : [];
  if (details.length === 0) return error.message;
  return details
    .map(({ loc, msg }) => `${Array.isArray(loc) ? loc.join(".") : "body"}: ${String(msg)}`)
    .join("; ");
}

const keyShapes =
  /\b(?:sk|pk|key|gsk|xai|Bearer)[-_ :]+(?=[\w*.-]*[\d*])[\w*.-]{6,}|\b(?=\w*\d)[A-Za-z0-9]{32,}\b/gu;

function withoutKeys(words: string, apiKey: string): string {
  return createRedactor([apiKey])(words).replace(keyShapes, "[key]").slice(0, 500);
}

/** Some servers answer 400 to a key that they do not know. */
const badKey = /api[ _]?key[ _](?:not valid|is invalid|invalid)|(?:incorrect|invalid) api key/iu;

/** The request is larger than the model can read: no field of it is to blame. */
export function isOverflow({ status, code, words }: Complaint): boolean {
  return status === 413 || ((status === null || status < 500) && overflow.test(`${code} ${words}`));
}

/** Any error of a model call, from the SDK or beneath it. Aborts and time limits are the caller's to tell. */
export function modelErrorOf(error: unknown, to: Destination): ModelError {
  if (error instanceof ModelError) return error;
  if (error instanceof APIConnectionTimeoutError) return timedOut(to.host, error);
  if (error instanceof APIConnectionError) return unreachable(to.host, error);
  if (error instanceof APIError) return fromAnswer(error, to);
  if (error instanceof SyntaxError) return streamCut(error);
  // `TypeError: terminated` is what fetch makes of a connection torn down in the middle.
  if (error instanceof TypeError && (error.message === "terminated" || systemCode(error))) {
    return unreachable(to.host, error);
  }
  throw error;
}

/** Retryable, with code `timeout`. */
export function timedOut(host: string, cause: unknown): ModelError {
  const message = `${host} did not answer in time. If this goes on, look at the provider's status.`;
  return new ModelError("timeout", message, { retryable: true, cause });
}

function unreachable(host: string, error: Error): ModelError {
  const message = `The connection to ${host} failed${named(systemCode(error))}. Check that it runs and can be reached (OPENAI_BASE_URL).`;
  return new ModelError("connection", message, { retryable: true, cause: error });
}

/** `ECONNREFUSED` and the like, from wherever in the chain of causes it hides. */
function systemCode(error: unknown): string | null {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ("code" in at && typeof at.code === "string") return at.code;
  }
  return null;
}

const noComplaint: Complaint = { status: null, code: null, param: null, words: "" };

/** An HTTP error, an SSE `error` event, or a failed response: the last two have no status of their own. */
function fromAnswer(error: APIError, to: Destination): ModelError {
  const { host, model } = to;
  const complaint = complaintOf(error, to) ?? noComplaint;
  const { code, status, words } = complaint;
  const what = named(status === null ? null : `HTTP ${status}`, code, error.param);
  const cause = new Error(`${status ?? "stream"} ${error.requestID ?? "no request id"}: ${words}`);
  const wait = retryAfterMs(error.headers);
  const fail = (kind: ModelError["code"], message: string, retryable = false) =>
    new ModelError(kind, message, { retryable, retryAfterMs: retryable ? wait : null, cause });

  if (status === 402 || /quota|billing/u.test(code ?? "")) {
    return fail(
      "quota",
      `The account at ${host} has no credit left${what}. Add credit or raise its limit there, then try again.`,
    );
  }
  if (status === 401 || status === 403 || (status === 400 && badKey.test(words))) {
    return fail(
      "auth",
      `${host} refused our key${what}. Check OPENAI_API_KEY and what it may use, then try again.`,
    );
  }
  if (isOverflow(complaint)) {
    return fail(
      "context_overflow",
      `The run's context is larger than ${model} can read${what}. It has to be compacted.`,
    );
  }
  if (status === 429 || /rate_limit/u.test(code ?? "")) {
    const asked = wait === null ? "" : ` It asks us to wait ${Math.ceil(wait / 1000)} s.`;
    return fail("rate_limited", `${host} limits how much we may ask${what}.${asked}`, true);
  }
  if (status === 408) return timedOut(host, cause);
  if (status === 409 || (status !== null && status >= 500) || (status === null && !isOurFault(code))) {
    return fail(
      "overloaded",
      `${host} could not answer now${what}. If this goes on, look at the provider's status.`,
      true,
    );
  }
  if (status === 404) {
    return fail(
      "bad_request",
      `${host} knows no model ${model}, or not this API${what}. Check OPENAI_MODEL, OPENAI_BASE_URL and OPENAI_API (\`chat\` for servers without the Responses API).`,
    );
  }
  return fail(
    "bad_request",
    `${host} rejected our request${what}. It would be rejected again: look at the log for the provider's own words, and check the agent's model and tools.`,
  );
}

/** OpenRouter and others put the status into the error inside a 200 stream. */
function statusIn(code: unknown): number | null {
  const number = Number(code);
  return Number.isInteger(number) && number >= 400 && number < 600 ? number : null;
}

/** Codes of failed responses that would fail again: everything about the request itself. */
function isOurFault(code: string | null): boolean {
  return /^(invalid|data_residency|bio_policy|misalignment|image|unsupported|empty_image|failed_to_download)/u.test(
    code ?? "",
  );
}

/** ` (HTTP 400, invalid_value, tools[0])`: short identifiers only, never the body. */
function named(...parts: (string | null | undefined)[]): string {
  const known = parts.filter((part) => part && /^[\w .,:[\]-]{1,80}$/u.test(part));
  return known.length === 0 ? "" : ` (${known.join(", ")})`;
}
