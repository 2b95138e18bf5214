/** A merged pull request taken back by another one: what would change is shown, and nothing is merged here. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Reconciled, Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { act, ask, isThere } from "./errors.ts";
import { acting, type Hub, named, repoInput } from "./hub.ts";
import { backward, type Merged, mergedPull } from "./merged.ts";

const maxPreview = 30_000;

/** The key names a run: only its hash goes out. One call has one branch, on every attempt. */
function branchOf(number: number, key: string): string {
  return `belay/revert-${number}-${createHash("sha256").update(key).digest("hex").slice(0, 12)}`;
}

interface Asked {
  repo: string;
  number: number;
}

async function standing(hub: Hub, { repo, number }: Asked, key: string, signal: AbortSignal) {
  const head = `${named(repo).owner}:${branchOf(number, key)}`;
  const { data } = await ask(hub, signal, ({ rest }) =>
    rest.pulls.list({ ...named(repo), head, state: "all" }),
  );
  const [found] = data;
  return found ? { number: found.number, url: found.html_url } : null;
}

/** A commit on top of the base as it is now, in which the files are as they were before the pull request. */
async function commitOf(hub: Hub, repo: string, merged: Merged, signal: AbortSignal): Promise<string> {
  const { number, title, head, entries } = merged;
  const at = named(repo);
  const tree = await act(hub, signal, ({ rest }) =>
    rest.git.createTree({ ...at, base_tree: head.tree, tree: entries }),
  );
  const message = `Revert "${title}" (#${number})`;
  const commit = await act(hub, signal, ({ rest }) =>
    rest.git.createCommit({ ...at, message, tree: tree.data.sha, parents: [head.sha] }),
  );
  return commit.data.sha;
}

async function openRevert(hub: Hub, asked: Asked & { reason: string }, key: string, signal: AbortSignal) {
  const stands = await standing(hub, asked, key, signal);
  if (stands) return stands;
  const { repo, number, reason } = asked;
  const merged = await mergedPull(hub, repo, number, signal);
  const sha = await commitOf(hub, repo, merged, signal);
  const branch = branchOf(number, key);
  const ref = { ...named(repo), ref: `refs/heads/${branch}`, sha };
  await act(hub, signal, ({ rest }) => rest.git.createRef(ref)).catch((error: unknown) => {
    // Made by an earlier attempt, which came no further.
    if (!isThere(error)) throw error;
  });
  const { title, base } = merged;
  const opened = { title: `Revert "${title}"`, body: `Reverts #${number}.\n\n${reason}`, head: branch, base };
  const { data } = await act(hub, signal, ({ rest }) => rest.pulls.create({ ...named(repo), ...opened }));
  return { number: data.number, url: data.html_url };
}

function previewOf({ number, title, base, patches }: Merged): string {
  const words = `Opens a pull request into ${base} that takes back #${number}: ${title}. Nothing is merged by it.`;
  const shown = patches.map(({ name, patch }) =>
    patch === null ? `${name}: as before (binary, moved or large: not shown)` : `${name}\n${backward(patch)}`,
  );
  const whole = [words, ...shown].join("\n\n");
  if (whole.length <= maxPreview) return whole;
  throw new Error(
    `what it takes back is too long to be shown whole (${patches.length} files); revert it on GitHub`,
  );
}

export function revertPull(hub: Hub): Tool {
  return defineTool({
    ...{ name: "gh_revert_pull", ...acting(hub) },
    description:
      "Opens a pull request that takes back a merged one. It merges nothing: people do. Refuses where its files have changed since.",
    input: z.object({
      repo: repoInput(hub),
      number: z.int().min(1).describe("The merged pull request, as gh_pulls tells it."),
      reason: z.string().trim().min(1).max(2_000).describe("Why, for who reviews it. Markdown."),
    }),
    preview: async ({ repo, number }, { signal }) => previewOf(await mergedPull(hub, repo, number, signal)),
    run: (asked, { key, signal }) => openRevert(hub, asked, key, signal),
    // Without the pull request at most its branch stands, which the next attempt takes up.
    reconcile: async (asked, { key, signal }): Promise<Reconciled> => {
      const found = await standing(hub, asked, key, signal);
      return found ? { type: "done", output: JSON.stringify(found) } : { type: "not_done" };
    },
  });
}
