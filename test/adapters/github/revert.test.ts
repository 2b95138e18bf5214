/** gh_revert_pull: what it shows, the one pull request it opens, and what it leaves to people. */
import { describe, expect, it } from "vitest";
import { backward } from "../../../adapters/github/merged.ts";
import { shape } from "../../support/github/server.ts";
import { call, repo, run, theGithub, told } from "./world.ts";

const hub = theGithub();
const { server } = hub;

const input = { repo, number: 7, reason: "Checkout fails since." };
const patch = "@@ -1,2 +1,2 @@\n import a;\n-retries: 3\n+retries: 0";

type Tree = Record<string, string>;
interface World {
  /** Files by path at the parent, at the merge and now: their blobs. */
  was: Tree;
  made: Tree;
  is: Tree;
  pull?: object;
  /** Parents of the merge. */
  parents?: string[];
  /** Of the merge and what is before it; where it says nothing they were written at the merge. */
  written?: Record<string, Written>;
  /** The pull request's own commits. */
  own?: Written[];
}
interface Written {
  message: string;
  date: string;
}
const wrote = (message: string, minute = 0): Written => ({ message, date: `2026-11-27T10:0${minute}:00Z` });

const normal: World = {
  was: { "pay.ts": "a1", "old.ts": "o1", "run.sh": "r1" },
  made: { "pay.ts": "a2", "new.ts": "n1", "run.sh": "r1" },
  is: { "pay.ts": "a2", "new.ts": "n1", "run.sh": "r2", "later.ts": "l1" },
};

function given({ was, made, is, pull = {}, parents = ["parent"], written = {}, own = [] }: World): void {
  const trees: Record<string, Tree> = { "tree-parent": was, "tree-merge": made, "tree-tip": is };
  server.on("GET", "/repos/{owner}/{repo}/pulls/{pull_number}", {
    json: shape("pull-request", {
      ...{ number: 7, title: "No retries", merged: true, merge_commit_sha: "merge", commits: 1 },
      ...{ base: { ref: "main" }, head: { sha: "branch" } },
      ...pull,
    }),
  });
  server.on("GET", "/repos/{owner}/{repo}/git/commits/{commit_sha}", ({ path }) => {
    const sha = path.split("/").at(-1) ?? "";
    const parentsOf = sha === "merge" ? parents.map((one) => ({ sha: one })) : [];
    const { message, date } = written[sha] ?? wrote(sha, 9);
    const json = { sha, message, author: { date }, tree: { sha: `tree-${sha}` }, parents: parentsOf };
    return { json: shape("git-commit", json) };
  });
  server.on("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/commits", ({ query }) => {
    const from = (Number(query.page) - 1) * 100;
    const listed = own.slice(from, from + 100);
    return {
      json: listed.map(({ message, date }) => shape("commit", { commit: { message, author: { date } } })),
    };
  });
  server.on("GET", "/repos/{owner}/{repo}/git/ref/{ref}", {
    json: shape("git-ref", { ref: "refs/heads/main", object: { type: "commit", sha: "tip" } }),
  });
  server.on("GET", "/repos/{owner}/{repo}/git/trees/{tree_sha}", ({ path }) => {
    const files = Object.entries(trees[path.split("/").at(-1) ?? ""] ?? {});
    const tree = files.map(([name, sha]) => ({
      ...{ path: name, sha, type: "blob" },
      mode: name.endsWith(".sh") ? "100755" : "100644",
    }));
    return { json: shape("git-tree", { truncated: false, tree }) };
  });
  server.on("GET", "/repos/{owner}/{repo}/compare/{basehead}", {
    json: shape("commit-comparison", {
      files: [
        { filename: "pay.ts", status: "modified", patch },
        { filename: "new.ts", status: "renamed", previous_filename: "old.ts" },
      ],
    }),
  });
  server.on("GET", "/repos/{owner}/{repo}/pulls", { json: [] });
  server.on("POST", "/repos/{owner}/{repo}/git/trees", {
    status: 201,
    json: shape("git-tree", { sha: "t9" }),
  });
  server.on("POST", "/repos/{owner}/{repo}/git/commits", {
    status: 201,
    json: shape("git-commit", { sha: "c9" }),
  });
  server.on("POST", "/repos/{owner}/{repo}/git/refs", { status: 201, json: shape("git-ref", { ref: "x" }) });
  server.on("POST", "/repos/{owner}/{repo}/pulls", {
    status: 201,
    json: shape("pull-request", { number: 8, html_url: "https://github.com/shop/api/pull/8" }),
  });
}

const result = { number: 8, url: "https://github.com/shop/api/pull/8" };
const posted = (path: string) =>
  server.asked.filter((one) => one.method === "POST" && one.path.endsWith(path));

it("sets back the files that the pull request changed, on the base as it is now, and merges nothing", async () => {
  given(normal);
  expect(await told(hub.toolbox, "gh_revert_pull", input)).toEqual(result);
  expect(posted("/git/trees")[0]?.body).toEqual({
    base_tree: "tree-tip",
    tree: [
      { path: "pay.ts", mode: "100644", type: "blob", sha: "a1" },
      { path: "old.ts", mode: "100644", type: "blob", sha: "o1" },
      { path: "new.ts", mode: "100644", type: "blob", sha: null },
    ],
  });
  expect(posted("/git/commits")[0]?.body).toMatchObject({ tree: "t9", parents: ["tip"] });
  const { ref } = Object(posted("/git/refs")[0]?.body);
  expect(ref).toMatch(/^refs\/heads\/belay\/revert-7-[0-9a-f]{12}$/);
  expect(ref).not.toContain(call.key);
  expect(posted("/pulls")[0]?.body).toEqual({
    title: 'Revert "No retries"',
    body: "Reverts #7.\n\nCheckout fails since.",
    head: ref.slice("refs/heads/".length),
    base: "main",
  });
});

it("shows the diff before, read backwards", async () => {
  given(normal);
  const preview = await hub.toolbox.preview("gh_revert_pull", input, call);
  expect(preview).toBe(
    [
      "Opens a pull request into main that takes back #7: No retries. Nothing is merged by it.",
      "pay.ts\n@@ -1,2 +1,2 @@\n import a;\n+retries: 3\n-retries: 0",
      "new.ts (back to old.ts): as before (binary, moved or large: not shown)",
    ].join("\n\n"),
  );
  expect(server.asked.every(({ method }) => method === "GET")).toBe(true);
  expect(backward("@@ -1 +2,3 @@ f()\n+a")).toBe("@@ -2,3 +1 @@ f()\n-a");
});

it.each([
  ["it is not merged", { ...normal, pull: { merged: false, merge_commit_sha: null } }, "is not merged"],
  [
    "a file has changed since",
    { ...normal, is: { ...normal.is, "pay.ts": "a3" } },
    "1 of its files have changed since #7 (pay.ts)",
  ],
  ["it changed nothing", { ...normal, made: normal.was }, "changed no file"],
  [
    "it was merged as several commits",
    {
      ...{ ...normal, pull: { commits: 2 }, own: [wrote("First", 1), wrote("Last", 2)] },
      written: { parent: wrote("First", 1), merge: wrote("Last", 2) },
    },
    "merged as 2 commits (a rebase)",
  ],
  [
    "it was merged as several commits, and the base had the last one already",
    {
      ...{ ...normal, pull: { commits: 3 }, own: [wrote("First", 1), wrote("Next", 2), wrote("Last", 3)] },
      written: { parent: wrote("First", 1), merge: wrote("Next", 2) },
    },
    "merged as 3 commits (a rebase)",
  ],
  [
    "it was merged as more commits than come at once",
    {
      ...{ ...normal, pull: { commits: 102 }, own: Array.from({ length: 102 }, (_, n) => wrote(`No. ${n}`)) },
      written: { parent: wrote("No. 100"), merge: wrote("No. 101") },
    },
    "merged as 102 commits (a rebase)",
  ],
  [
    "GitHub does not list all of its commits",
    { ...normal, pull: { commits: 251 } },
    "more commits than GitHub lists",
  ],
] as const)("does nothing where %s, and says why", async (_, world, words) => {
  given(world as World);
  const outcome = await run(hub.toolbox, "gh_revert_pull", input);
  expect(outcome).toMatchObject({ type: "failed", message: expect.stringContaining(words) });
  expect(server.asked.filter(({ method }) => method === "POST")).toEqual([]);
});

it.each([
  ["a squash of several", { pull: { commits: 2 }, own: [wrote("First", 1), wrote("Last", 2)] }],
  [
    "a squash with the words of the last",
    {
      ...{ pull: { commits: 2 }, own: [wrote("First", 1), wrote("Last", 2)] },
      written: { branch: wrote("Last", 2), merge: wrote("Last", 9) },
    },
  ],
  [
    "the one commit of several that the base had not",
    {
      ...{ pull: { commits: 2 }, own: [wrote("First", 1), wrote("Last", 2)] },
      written: { merge: wrote("Last", 2) },
    },
  ],
  ["a merge commit", { pull: { commits: 3 }, parents: ["parent", "branch"] }],
])("takes back %s", async (_, change) => {
  given({ ...normal, ...change });
  expect(await told(hub.toolbox, "gh_revert_pull", input)).toEqual(result);
});

describe("after a lost answer", () => {
  it("the pull request is known by its branch, and no second one is opened", async () => {
    given(normal);
    server.on("POST", "/repos/{owner}/{repo}/pulls", { breaks: true });
    expect(await run(hub.toolbox, "gh_revert_pull", input)).toMatchObject({ type: "in_doubt" });
    expect(await hub.toolbox.reconcile("gh_revert_pull", input, call)).toEqual({ type: "not_done" });
    const [asked] = server.asked.slice(-1);
    const { head } = Object(posted("/pulls")[0]?.body);
    expect(asked?.query).toMatchObject({ head: `shop:${head}`, state: "all" });
    const stands = shape("pull-request-simple", result && { number: 8, html_url: result.url });
    server.on("GET", "/repos/{owner}/{repo}/pulls", { json: [stands] });
    expect(await hub.toolbox.reconcile("gh_revert_pull", input, call)).toMatchObject({
      type: "finished",
      output: JSON.stringify(result),
    });
    expect(await told(hub.toolbox, "gh_revert_pull", input)).toEqual(result);
    expect(posted("/pulls")).toHaveLength(1);
  });

  it("a branch that stands already is taken up", async () => {
    given(normal);
    const message = "Reference already exists";
    server.on("POST", "/repos/{owner}/{repo}/git/refs", { status: 422, json: { message } });
    expect(await told(hub.toolbox, "gh_revert_pull", input)).toEqual(result);
  });

  it("a branch that can't be made for another reason ends it", async () => {
    given(normal);
    server.on("POST", "/repos/{owner}/{repo}/git/refs", { status: 422, json: { message: "Protected" } });
    const outcome = await run(hub.toolbox, "gh_revert_pull", input);
    expect(outcome).toMatchObject({ type: "failed", message: expect.stringContaining("Protected") });
    expect(posted("/pulls")).toEqual([]);
  });
});
