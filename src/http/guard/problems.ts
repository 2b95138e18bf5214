/** Says no in one shape (RFC 9457): what is thrown, and how it is answered. */
import type { Refusal } from "../../core/command.ts";
import { StoreError } from "../../core/ports/store-error.ts";
import { UnreadableError } from "../../core/ports/unreadable.ts";
import type { Problem } from "../wire/problem.ts";
import type { Ctx } from "./context.ts";
import { type ProblemCode, problemCodes, problemTable } from "./problem-codes.ts";

/** Members of a problem beyond the common ones. */
type ProblemMore = Partial<
  Pick<Problem, "instance" | "errors" | "questions" | "choices" | "agents" | "newer">
>;

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
  if (error instanceof UnreadableError) {
    const more = error.code === "storage_version" ? { newer: true } : {};
    return new ProblemError("record_unreadable", error.message, { more });
  }
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
  const [status, title] = problemTable[error.code];
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
  return code === undefined ? null : { code, status: problemTable[code][0], title: problemTable[code][1] };
}
