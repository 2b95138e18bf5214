/** Where GitHub answers, for which repositories, and as whom: no retries, no redirects, bounded answers. */
import { Octokit } from "@octokit/rest";
import { z } from "zod";
import type { Secret } from "../../src/tools/secret.ts";
import type { Setting } from "../../src/tools/setting.ts";

export interface Place {
  /**
   * A fine-grained token with the least rights: read for looking; issues, pull requests and
   * actions to write where it acts.
   */
  token: Secret;
  /**
   * `owner/name` of each repository that the tools may touch; in a variable with commas between. Without one, or
   * without the token, they are off.
   */
  repos: readonly string[] | Setting;
  /** Of GitHub Enterprise: `https://github.example.com/api/v3`. */
  baseUrl?: string;
}

export interface Hub {
  token: Secret;
  repos: readonly string[];
  /** Where people write them, for errors. */
  listedIn: string;
  baseUrl: string;
  /** For tools: why they are off. */
  off: string | null;
}

export const publicUrl = "https://api.github.com";
const maxBytes = 20 * 1024 * 1024;

/** An answer that is too large to be read. */
export class TooLarge extends Error {
  constructor() {
    super(`GitHub's answer is larger than ${maxBytes / 1024 / 1024} MB; ask for less`);
    this.name = "TooLarge";
  }
}

/** Throws an Error that says what to correct. */
export function hubAt({ token, repos, baseUrl = publicUrl }: Place): Hub {
  const isList = !("name" in repos);
  const listed = isList ? repos : (repos.value ?? "").split(",").map((repo) => repo.trim());
  const given = listed.filter((repo) => repo !== "");
  const where = isList ? "github: repos" : repos.name;
  for (const repo of given) {
    if (/^[\w-]+\/(?!\.{1,2}$)[\w.-]+$/.test(repo)) continue;
    throw new Error(`${where}: ${JSON.stringify(repo)} is no repository; write it like owner/name`);
  }
  const missing = [
    token.isSet ? "" : token.name,
    given.length > 0 ? "" : isList ? "its repos" : repos.name,
  ].filter(Boolean);
  const off = missing.length === 0 ? null : `set ${missing.join(" and ")} to switch them on`;
  const listedIn = isList ? "the repos of github({ … })" : repos.name;
  return { token, repos: given, listedIn, baseUrl: baseUrl.replace(/\/+$/, ""), off };
}

/** Its log is silent: what matters is told by the error. */
export function octokitOf({ token, baseUrl }: Hub, signal: AbortSignal): Octokit {
  const silent = () => {};
  return new Octokit({
    auth: token.reveal(),
    baseUrl,
    userAgent: "belay",
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: { fetch: boundedFetch, redirect: "manual", signal },
  });
}

async function boundedFetch(url: string, options: RequestInit): Promise<Response> {
  const response = await fetch(url, options);
  if (response.body === null) return response;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body) {
    size += piece.length;
    if (size > maxBytes) throw new TooLarge();
    pieces.push(piece);
  }
  const { status, statusText, headers } = response;
  return new Response(size === 0 ? null : Buffer.concat(pieces), { status, statusText, headers });
}

/** No other repository can be asked for. */
export function repoInput({ repos }: Hub): z.ZodType<string> {
  return repos.length === 0 ? z.string() : z.enum(repos);
}

/** For Octokit. */
export function named(repo: string): { owner: string; repo: string } {
  const [owner = "", name = ""] = repo.split("/");
  return { owner, repo: name };
}

export const pageInput = z.int().min(1).max(100).nullable().describe("null: the first.");

/** Without a colon, which would lead into a fork, and without the dots of a range. */
export const refInput = z
  .string()
  .max(200)
  .regex(/^(?!.*\.\.)[A-Za-z0-9_][\w./@+-]*$/, "is no branch, tag or commit of this repository");

/** One line that says that there is more. */
export function moreNotice(count: number, perPage: number, page: number | null): { notice?: string } {
  return count < perPage ? {} : { notice: `there may be more: ask for page ${(page ?? 1) + 1}` };
}

/** Of the tools that only look: what they bring was written by others. */
export function looking({ off }: Hub) {
  return {
    effect: "read",
    untrusted: true,
    off,
    timeoutMs: 30_000,
    maxOutput: 48_000,
  } as const;
}

/** Of the tools that act: once, and with approval. */
export function acting({ off }: Hub) {
  return { effect: "once", untrusted: true, off, timeoutMs: 30_000 } as const;
}
