/** Every way to say no: one table of codes, one shape (RFC 9457). */
import type { Refusal, RefusalCode } from "../../core/command.ts";
import { StoreError } from "../../core/ports/store.ts";
import { UnreadableError } from "../../core/ports/unreadable.ts";
import type { Problem } from "../wire/server.ts";
import type { Ctx } from "./context.ts";

/**
 * Refusals of the core, all of them, also those that it does not use yet: a code without a status does not compile.
 */
const refusals = {
  run_not_found: [404, "There is no such run"],
  run_busy: [409, "The run is already running"],
  run_finished: [409, "The run has ended"],
  run_not_running: [400, "The run is not running"],
  waiting_for_input: [400, "The run waits for a person"],
  not_waiting_for_input: [400, "The run does not wait for an answer"],
  question_ambiguous: [409, "Several questions are open"],
  question_not_found: [404, "There is no such question"],
  question_closed: [410, "The question is closed"],
  already_answered: [409, "The question is already answered"],
  answer_invalid: [422, "The answer does not fit the question"],
  not_allowed: [403, "Not allowed"],
  not_an_answerer: [403, "Not asked for an answer"],
  not_an_approver: [403, "Not asked for an approval"],
  insufficient_scope: [403, "The token lacks a scope"],
  empty_text: [422, "There is no text"],
  already_launched: [409, "The run exists already"],
  place_taken: [409, "Another run is at work there"],
  unknown_agent: [422, "There is no such agent"],
  not_undoable: [409, "There is no way back to take"],
  undo_asked: [409, "The undo was asked for already"],
} as const satisfies Record<RefusalCode, readonly [number, string]>;

/** What the server itself refuses. */
const own = {
  invalid_json: [400, "The body is not JSON"],
  too_deep: [400, "The body is nested too deep"],
  invalid_idempotency_key: [400, "The Idempotency-Key is not usable"],
  unauthorized: [401, "Not signed in"],
  bad_origin: [403, "The request comes from another site"],
  not_found: [404, "There is nothing here"],
  method_not_allowed: [405, "The method is not allowed"],
  idempotency_in_progress: [409, "The first request with this key is still running"],
  body_too_large: [413, "The body is too large"],
  uri_too_long: [414, "The URL is too long"],
  unsupported_media_type: [415, "The body is not application/json"],
  encoding_not_supported: [415, "Compressed bodies are not read"],
  unknown_host: [421, "The host is not served here"],
  forbidden_key: [422, "A key is forbidden"],
  validation_failed: [422, "The request is not valid"],
  idempotency_key_reused: [422, "The Idempotency-Key was used for another request"],
  rate_limited: [429, "Too many requests"],
  internal: [500, "Something went wrong here"],
  no_room: [503, "The server holds too many bodies"],
  draining: [503, "The server is stopping"],
  storage_busy: [503, "The storage is busy"],
  storage_full: [503, "The storage is full"],
  storage_failed: [503, "The storage does not work"],
  record_unreadable: [500, "A record can't be read"],
} as const satisfies Record<string, readonly [number, string]>;

const table = { ...refusals, ...own };
/** The `code` of a problem document: the refusals of the core, and those of the server itself. */
export type ProblemCode = keyof typeof table;
/** Every code there is, for the OpenAPI document. */
export const problemCodes = Object.keys(table) as ProblemCode[];

/** Members of a problem beyond the common ones. */
type ProblemMore = Partial<Pick<Problem, "instance" | "errors" | "questions" | "choices" | "agents">>;

/** Thrown by middlewares and routes, answered by `onError`. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly more: ProblemMore;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    code: ProblemCode,
    detail: string,
    options: { more?: ProblemMore; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.name = "ProblemError";
    this.code = code;
    this.more = options.more ?? {};
    this.headers = options.headers ?? {};
  }
}

/** A refusal of the core as an error to throw. `asked`: the path of the run's state, null when there is no run. */
export function problemOfRefusal(refusal: Refusal, asked: string | null): ProblemError {
  // Where the refusal names the run that stands against it, that one is what the client wants to see.
  const { runId } = refusal;
  const instance = asked !== null && runId ? asked.replace(/[^/]+$/, encodeURIComponent(runId)) : asked;
  return new ProblemError(refusal.code, refusal.message, {
    more: {
      ...(instance === null ? {} : { instance }),
      ...(refusal.questions ? { questions: refusal.questions } : {}),
      ...(refusal.choices ? { choices: [...refusal.choices] } : {}),
    },
  });
}

/** The same words for an unknown run, a malformed id and a run that the caller may not see. */
export function runNotFound(): ProblemError {
  return new ProblemError(
    "run_not_found",
    "There is no such run, or you may not see it. GET /agent/runs lists those you may see.",
  );
}

function problemOfStore(error: StoreError): ProblemError {
  if (error instanceof UnreadableError) return new ProblemError("record_unreadable", error.message);
  const retry = (seconds: number) => ({ headers: { "Retry-After": String(seconds) } });
  if (error.uncertain) {
    const detail =
      "It is not known whether this was recorded: the storage went away in the middle. Look before you send it again; " +
      "with an Idempotency-Key you may simply send it again.";
    return new ProblemError("storage_busy", detail, retry(1));
  }
  if (error.code === "storage_busy") {
    return new ProblemError("storage_busy", "Nothing was recorded. Send the request again.", retry(1));
  }
  if (error.code === "storage_full") {
    const detail = "Nothing was recorded: the disk is full. The operator must free space.";
    return new ProblemError("storage_full", detail, retry(60));
  }
  return new ProblemError("storage_failed", "Nothing was recorded. See the server's log.", retry(60));
}

/** The problem document (RFC 9457) with the status of its code and the headers that the error carries. */
export function problemResponse(c: Ctx, error: ProblemError): Response {
  const [status, title] = table[error.code];
  const body: Problem = {
    type: `/problems/${error.code.replaceAll("_", "-")}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    request_id: c.get("requestId"),
    ...error.more,
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...error.headers, "Content-Type": "application/problem+json" },
  });
}

/** For `app.onError`: bugs are logged whole and answered without a word about the inside. */
export function asProblem(error: unknown): ProblemError | null {
  if (error instanceof ProblemError) return error;
  return error instanceof StoreError ? problemOfStore(error) : null;
}

/** The page that a problem's `type` leads to. */
export function describeProblem(name: string): { code: ProblemCode; status: number; title: string } | null {
  const code = problemCodes.find((candidate) => candidate === name.replaceAll("-", "_"));
  return code === undefined ? null : { code, status: table[code][0], title: table[code][1] };
}
