/** What a merged pull request changed, and what would set its files back on the base as it is now. */
import { ask } from "./errors.ts";
import { type Hub, named } from "./hub.ts";

type Mode = "100644" | "100755" | "120000";

/** `sha`: null removes the file. */
interface TreeEntry {
  path: string;
  mode: Mode;
  type: "blob";
  sha: string | null;
}

export interface Merged {
  number: number;
  title: string;
  /** The branch that it was merged into, and where that is now. */
  base: string;
  head: { sha: string; tree: string };
  entries: TreeEntry[];
  /** As it was merged; `patch`: null where GitHub shows none. */
  patches: { name: string; patch: string | null }[];
}

/** GitHub tells so many files of a comparison. */
const mostFiles = 300;
const byHand = "revert it by hand, or on GitHub";

/** Throws an Error with words for the model where it can't be taken back without a person's judgement. */
export async function mergedPull(
  hub: Hub,
  repo: string,
  number: number,
  signal: AbortSignal,
): Promise<Merged> {
  const at = named(repo);
  const { data: pull } = await ask(hub, signal, ({ rest }) => rest.pulls.get({ ...at, pull_number: number }));
  const merge = pull.merge_commit_sha;
  if (!pull.merged || merge === null)
    throw new Error(`#${number} is not merged: there is nothing to take back`);
  const commit = async (sha: string) =>
    (await ask(hub, signal, ({ rest }) => rest.git.getCommit({ ...at, commit_sha: sha }))).data;
  const done = await commit(merge);
  const [parent] = done.parents;
  if (!parent) throw new Error(`#${number} began the repository: there is nothing before it`);
  const before = await commit(parent.sha);
  if (done.parents.length === 1 && (await isRebase(hub, repo, { pull, ends: [before, done] }, signal)))
    throw new Error(`#${number} was merged as ${pull.commits} commits (a rebase); ${byHand}`);
  const head = { ref: `heads/${pull.base.ref}` };
  const { data: now } = await ask(hub, signal, ({ rest }) => rest.git.getRef({ ...at, ...head }));
  const tip = await commit(now.object.sha);
  const [was, made, is] = await Promise.all(
    [before, done, tip].map(({ tree }) => filesOf(hub, repo, tree.sha, signal)),
  );
  return {
    ...{ number, title: pull.title, base: pull.base.ref },
    head: { sha: now.object.sha, tree: tip.tree.sha },
    entries: entriesBack(number, { was: was ?? new Map(), made: made ?? new Map(), is: is ?? new Map() }),
    patches: await patchesOf(hub, repo, { from: parent.sha, to: merge, number }, signal),
  };
}

interface Written {
  message: string;
  author: { date?: string } | null;
}

/** GitHub lists so many commits of a pull request. */
const mostCommits = 250;

/**
 * Whether the merge and the commit before it are both the pull request's: a rebase keeps the words and the author's
 * date of each, and leaves out those that the base had already; a squash is written when it is merged.
 */
async function isRebase(
  hub: Hub,
  repo: string,
  { pull, ends }: { pull: { number: number; commits: number }; ends: readonly Written[] },
  signal: AbortSignal,
): Promise<boolean> {
  const { number, commits } = pull;
  if (commits > mostCommits) throw new Error(`#${number} has more commits than GitHub lists; ${byHand}`);
  const pages = Array.from({ length: commits > 1 ? Math.ceil(commits / 100) : 0 }, (_, index) => index + 1);
  const asked = { ...named(repo), pull_number: number, per_page: 100 };
  const listed = await Promise.all(
    pages.map((page) => ask(hub, signal, ({ rest }) => rest.pulls.listCommits({ ...asked, page }))),
  );
  const own = new Set(listed.flatMap(({ data }) => data.map(({ commit }) => known(commit))));
  return ends.every((end) => own.has(known(end)));
}

function known({ message, author }: Written): string {
  return `${author?.date} ${message}`;
}

type Files = ReadonlyMap<string, { sha: string; mode: string }>;

async function filesOf(hub: Hub, repo: string, tree: string, signal: AbortSignal): Promise<Files> {
  const asked = { ...named(repo), tree_sha: tree, recursive: "1" };
  const { data } = await ask(hub, signal, ({ rest }) => rest.git.getTree(asked));
  if (data.truncated) throw new Error(`${repo} has more files than GitHub lists at once; ${byHand}`);
  return new Map(
    data.tree.flatMap(({ path, sha, mode, type }) =>
      type === "tree" ? [] : [[path, { sha: sha ?? "", mode }] as const],
    ),
  );
}

/** Only files that are still as the pull request left them are set back: what came later is nobody's to lose. */
function entriesBack(number: number, { was, made, is }: Record<"was" | "made" | "is", Files>): TreeEntry[] {
  const paths = [...new Set([...was.keys(), ...made.keys()])];
  const touched = paths.filter((path) => !isSame(was.get(path), made.get(path)));
  if (touched.length === 0) throw new Error(`#${number} changed no file: there is nothing to take back`);
  const later = touched.filter((path) => !isSame(made.get(path), is.get(path)));
  if (later.length > 0) {
    const named = later.slice(0, 5).join(", ");
    throw new Error(`${later.length} of its files have changed since #${number} (${named}); ${byHand}`);
  }
  return touched.map((path) => {
    const old = was.get(path);
    const mode = modeOf(path, (old ?? made.get(path))?.mode);
    return { path, mode, type: "blob", sha: old?.sha ?? null };
  });
}

function isSame(one: { sha: string; mode: string } | undefined, other: typeof one): boolean {
  return one?.sha === other?.sha && one?.mode === other?.mode;
}

function modeOf(path: string, mode: string | undefined): Mode {
  if (mode === "100644" || mode === "100755" || mode === "120000") return mode;
  throw new Error(`${path} is no file (a submodule); ${byHand}`);
}

async function patchesOf(
  hub: Hub,
  repo: string,
  { from, to, number }: { from: string; to: string; number: number },
  signal: AbortSignal,
): Promise<Merged["patches"]> {
  const asked = { ...named(repo), basehead: `${from}...${to}` };
  const { data } = await ask(hub, signal, ({ rest }) => rest.repos.compareCommitsWithBasehead(asked));
  const files = data.files ?? [];
  if (files.length >= mostFiles) throw new Error(`#${number} changed ${mostFiles} files or more; ${byHand}`);
  return files.map(({ filename, previous_filename: old, patch }) => ({
    name: old === undefined ? filename : `${filename} (back to ${old})`,
    patch: patch ?? null,
  }));
}

/** A patch read from its end to its beginning: what was added is removed. */
export function backward(patch: string): string {
  return patch
    .split("\n")
    .map((line) => {
      if (line.startsWith("+")) return `-${line.slice(1)}`;
      if (line.startsWith("-")) return `+${line.slice(1)}`;
      return line.replace(/^@@ -(\S+) \+(\S+) @@/, "@@ -$2 +$1 @@");
    })
    .join("\n");
}
