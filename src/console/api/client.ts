/** One request to the server, and its refusal as an error that can be shown as it is. */
import type { Problem } from "../../http/wire/problem.ts";

/** Where a reverse proxy shows the server, without a slash at the end; the server writes it into the page. */
export const base = document.querySelector<HTMLMetaElement>('meta[name="belay-base"]')?.content ?? "";

/** `status` 0: the server was not reached, or its answer was cut. `message` is for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly problem: Problem | null;
  constructor(status: number, message: string, problem: Problem | null = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
  }
}

/** What was asked for can't be read, now or later: no further try changes that. */
export function isDamaged(error: Error): boolean {
  return error instanceof ApiError && isDamage(error.problem);
}

/** The server's refusal says so. `problem`: the body of its answer, null where that is none. */
export function isDamage(problem: Pick<Problem, "code"> | null): boolean {
  return problem?.code === "record_unreadable";
}

export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return request<T>(path, signal ? { signal } : {});
}

/** `key`: makes a repetition of the same request harmless. */
export function post<T>(path: string, body: unknown, key?: string): Promise<T> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (key !== undefined) headers["Idempotency-Key"] = key;
  return request<T>(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export function remove<T>(path: string): Promise<T> {
  return request<T>(path, { method: "DELETE" });
}

async function request<T>(path: string, init: RequestInit): Promise<T> {
  const response = await reach(path, init);
  if (response.status === 204) return undefined as T;
  if (!response.ok) throw refusalOf(response.status, await response.json().catch(() => null));
  try {
    return await response.json();
  } catch (error) {
    if (init.signal?.aborted) throw error;
    // The line was cut in its middle, or a proxy answered with a page of its own.
    throw new ApiError(0, `The server's answer did not arrive whole.${unsure(init)}`);
  }
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(`${base}/${path}`, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, `The server can't be reached.${unsure(init)}`);
  }
}

/** For what changes something. */
function unsure({ method }: RequestInit): string {
  return method === undefined ? "" : " It is not known whether this arrived: look, then try again.";
}

function refusalOf(status: number, body: unknown): ApiError {
  const problem = body as Problem | null;
  if (typeof problem?.detail === "string") return new ApiError(status, problem.detail, problem);
  return new ApiError(status, `The server answered ${status} without a reason.`);
}
