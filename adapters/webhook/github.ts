/** GitHub's commit statuses, and one comment per run that is found again by its hidden marker. */

import { ChannelError } from "../../src/core/ports/channel-error.ts";
import type { GithubTarget } from "../../src/core/store/notes.ts";
import type { Status } from "../../src/core/text/status.ts";
import { failureOf, type Incoming, type Outgoing, send } from "./outbound.ts";

/** `token` is sent to this host alone. */
export interface GithubApi {
  /** `https://api.github.com`, or that of an enterprise server. */
  apiUrl: string;
  token: string;
}

/** What GitHub is told of a run; `url` leads to the run in the console. */
export interface GithubResult {
  hook: string;
  runId: string;
  status: Status;
  text: string;
  url: string;
}

const states: Partial<Record<Status, "success" | "failure" | "error">> = {
  complete: "success",
  failed: "failure",
  cancelled: "error",
  max_steps_reached: "error",
};
/** GitHub's limit of a status description. */
const MAX_DESCRIPTION = 140;
const MAX_COMMENT = 60_000;

/** The same context on the same commit is shown once, with its newest state: repeating this does no harm. */
export async function markCommit(api: GithubApi, target: GithubTarget, result: GithubResult): Promise<void> {
  await call(api, "POST", `${repoPath(target)}/statuses/${target.sha}`, {
    state: states[result.status] ?? "pending",
    context: `belay/${result.hook}`,
    description: result.status.replaceAll("_", " ").slice(0, MAX_DESCRIPTION),
    target_url: result.url,
  });
}

/** Edits the run's comment on the pull request, or writes it when there is none yet. */
export async function commentOn(api: GithubApi, target: GithubTarget, result: GithubResult): Promise<void> {
  if (target.pull === null) return;
  const marker = `<!-- belay:${result.runId} -->`;
  const words = defuse(result.text, [webHostOf(api), new URL(result.url).host]).slice(0, MAX_COMMENT);
  const body = `${marker}\n${words}\n\n[${result.status}](${result.url})`;
  const id = await findComment(api, target, marker);
  if (id === null) await call(api, "POST", `${repoPath(target)}/issues/${target.pull}/comments`, { body });
  else await call(api, "PATCH", `${repoPath(target)}/issues/comments/${id}`, { body });
}

/**
 * Words of a run that a webhook began, so of one that has read what anybody may have written: they mention nobody,
 * hide nothing, and load nothing from anywhere. Links lead to GitHub and to the console alone; others are text.
 */
function defuse(text: string, hosts: readonly string[]): string {
  return text
    .replaceAll("@", "@\u200b")
    .replace(/<(?=[a-z!/?])/gi, "<\u200b")
    .replaceAll("![", "!\u200b[")
    .replace(/\]\((?=\s*[/\\<])/g, "]\u200b(")
    .replace(/\b(?:https?|ftp):\/\/[^\s/?#\\)\]>"'\u200b]*/gi, (url) =>
      hosts.includes(url.replace(/^\w+:\/\//, "").toLowerCase()) ? url : url.replace("://", ":\u200b//"),
    )
    .replace(/\bwww\./gi, "www\u200b.");
}

/** Where people see what the API shows: `https://api.github.com` is at github.com, an enterprise server at its own. */
function webHostOf({ apiUrl }: GithubApi): string {
  return new URL(apiUrl).host.replace(/^api\./, "");
}

async function findComment(api: GithubApi, target: GithubTarget, marker: string): Promise<number | null> {
  for (let page = 1; page <= 20; page++) {
    const path = `${repoPath(target)}/issues/${target.pull}/comments?per_page=100&page=${page}`;
    const comments = JSON.parse((await call(api, "GET", path)).body) as { id: number; body: string | null }[];
    const found = comments.find((comment) => comment.body?.startsWith(marker));
    if (found) return found.id;
    if (comments.length < 100) return null;
  }
  return null;
}

function repoPath({ owner, repo }: GithubTarget): string {
  return `/repos/${owner}/${repo}`;
}

async function call(
  api: GithubApi,
  method: Outgoing["method"],
  path: string,
  body?: object,
): Promise<Incoming> {
  const url = new URL(api.apiUrl + path);
  const headers = {
    accept: "application/vnd.github+json",
    authorization: `Bearer ${api.token}`,
    "content-type": "application/json",
    "user-agent": "belay",
    "x-github-api-version": "2022-11-28",
  };
  // The operator named this host for GitHub, so it may also be inside.
  const hosts = [{ host: url.host, private: true }];
  const outgoing = { method, url: url.href, headers, body: body ? JSON.stringify(body) : "" };
  const answer = await send(outgoing, hosts);
  if (answer.status === 401)
    throw new ChannelError("GitHub does not take the token", { type: "way", retryAfterMs: null });
  if (answer.status < 200 || answer.status > 299) throw failureOf(answer, "GitHub", Date.now());
  return answer;
}
