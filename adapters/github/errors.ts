/** GitHub's refusals in words for the model: what is wrong, how long to wait, what to do next. */
import type { Octokit } from "@octokit/rest";
import { OutcomeUnknown } from "../../src/tools/contract.ts";
import { type Hub, octokitOf, TooLarge } from "./hub.ts";

interface Refusal {
  status: number;
  message: string;
  headers: Readonly<Record<string, string | number | undefined>>;
}

/** What Octokit throws for an answer; null: there was none. */
function refusalOf(error: unknown): Refusal | null {
  if (!(error instanceof Error) || !("status" in error) || typeof error.status !== "number") return null;
  if (!("response" in error) || typeof error.response !== "object" || error.response === null) return null;
  const headers = "headers" in error.response ? error.response.headers : {};
  return { status: error.status, message: error.message, headers: { ...(headers as object) } };
}

/** Asks GitHub. Throws an Error with words for the model. */
export async function ask<T extends { status: number }>(
  hub: Hub,
  signal: AbortSignal,
  work: (octokit: Octokit) => Promise<T>,
): Promise<T> {
  const answer = await work(octokitOf(hub, signal)).catch((error: unknown) => {
    throw new Error(wordsFor(error, hub), { cause: error });
  });
  if (answer.status >= 300) throw new Error(moved(answer.status, hub));
  return answer;
}

/** The same for what must happen once: throws OutcomeUnknown where it may have happened all the same. */
export async function act<T extends { status: number }>(
  hub: Hub,
  signal: AbortSignal,
  work: (octokit: Octokit) => Promise<T>,
): Promise<T> {
  const answer = await work(octokitOf(hub, signal)).catch((error: unknown) => {
    const refusal = refusalOf(error);
    const words = wordsFor(error, hub);
    // 408 is a gateway's word that it gave up waiting.
    const isLost = refusal === null || refusal.status === 408 || refusal.status >= 500;
    if (isLost) throw new OutcomeUnknown(words, { cause: error });
    throw new Error(words, { cause: error });
  });
  if (answer.status >= 300) throw new Error(moved(answer.status, hub));
  return answer;
}

function moved(status: number, { listedIn }: Hub): string {
  return `GitHub knows the repository by another name now (${status}: it or its owner was renamed, or it was moved), and redirects are not followed: ask a person to correct it in ${listedIn}`;
}

/** When GitHub said that there is none, by its own clock, ms since the epoch; null: it did not. */
export function missingAt(error: unknown): number | null {
  const refusal = error instanceof Error ? refusalOf(error.cause) : null;
  return refusal?.status === 404 ? answeredAt(refusal) : null;
}

/** When GitHub answered, by its own clock where the answer tells it, ms since the epoch. */
export function answeredAt({ headers }: Pick<Refusal, "headers">): number {
  const said = Date.parse(String(headers.date));
  return Number.isNaN(said) ? Date.now() : said;
}

/** Whether GitHub says that there is one of that name. */
export function isThere(error: unknown): boolean {
  const refusal = error instanceof Error ? refusalOf(error.cause) : null;
  return refusal?.status === 422 && /already exists/i.test(refusal.message);
}

function wordsFor(error: unknown, { token }: Hub): string {
  const refusal = refusalOf(error);
  if (refusal === null) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    if (cause instanceof TooLarge) return cause.message;
    const why = error instanceof Error ? error.message : String(error);
    return `GitHub gave no answer: ${why}; so nothing is known; try once more, then say so`;
  }
  const { status, message } = refusal;
  const seconds = waitOf(refusal);
  if (seconds !== null) {
    return `GitHub's rate limit is reached (${status}): nothing was done. Next: wait ${seconds} s before any other gh_ call, or go on without`;
  }
  return `GitHub refused (${status}): ${message.slice(0, 250)}. Next: ${adviceFor(status, token.name)}`;
}

function adviceFor(status: number, token: string): string {
  if (status === 401) return `another call won't help: ask a person to renew ${token}`;
  if (status === 403) return `${token} may not do this: ask a person for the right`;
  if (status === 404) return `check names and numbers; or ${token} may not see it`;
  if (status === 410) return "GitHub keeps it no longer";
  if (status >= 500) return "try once more, then say so";
  return "correct the call";
}

/**
 * Seconds until it may be asked again: the primary limit has a time of reset, a secondary one
 * `retry-after` or words alone.
 */
function waitOf({ status, message, headers }: Refusal): number | null {
  if (status !== 403 && status !== 429) return null;
  const after = Number(headers["retry-after"]);
  if (headers["retry-after"] !== undefined && Number.isFinite(after)) return after;
  if (String(headers["x-ratelimit-remaining"]) === "0") {
    return Math.max(1, Math.ceil(Number(headers["x-ratelimit-reset"]) - answeredAt({ headers }) / 1000));
  }
  // GitHub's own advice where it names no time.
  return status === 429 || /rate limit/i.test(message) ? 60 : null;
}
