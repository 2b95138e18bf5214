/** What the GitHub pack's tools that only look tell of commits, files, pull requests and deployments. */
import { describe, expect, it } from "vitest";
import { shape } from "../../support/github/server.ts";
import { repo, run, theGithub, token, told } from "./world.ts";

const hub = theGithub();
const { server } = hub;

const commit = shape("commit", {
  sha: "0123456789abcdef0123456789abcdef01234567",
  commit: {
    message: "Charge once\n\nLong words.",
    committer: { date: "2026-11-27T10:00:00Z" },
    author: { name: "Dana" },
  },
  author: { login: "dana" },
});

describe("gh_compare", () => {
  const input = { repo, base: "v1.2.0", head: "main", page: null };

  it("tells the commits and the files between two refs", async () => {
    const files = [{ filename: "src/pay.ts", status: "modified" as const, additions: 3, deletions: 1 }];
    const json = shape("commit-comparison", {
      status: "ahead",
      ahead_by: 1,
      behind_by: 0,
      commits: [commit],
      files,
    });
    server.on("GET", "/repos/{owner}/{repo}/compare/{basehead}", { json });
    expect(await told(hub.toolbox, "gh_compare", input)).toEqual({
      ...{ status: "ahead", ahead_by: 1, behind_by: 0 },
      commits: [{ sha: "0123456789ab", at: "2026-11-27T10:00:00Z", by: "dana", title: "Charge once" }],
      files: ["modified src/pay.ts +3 -1"],
    });
    expect(server.asked).toMatchObject([
      { path: "/repos/shop/api/compare/v1.2.0...main", headers: { authorization: `token ${token}` } },
    ]);
  });

  it("says that there are more, and where", async () => {
    const commits = Array.from({ length: 100 }, () => commit);
    server.on("GET", "/repos/{owner}/{repo}/compare/{basehead}", {
      json: { ...shape("commit-comparison", { commits }) },
    });
    expect(await told(hub.toolbox, "gh_compare", input)).toMatchObject({
      notice: "there may be more: ask for page 2",
    });
  });
});

describe("gh_file", () => {
  const path = "/repos/{owner}/{repo}/contents/{path}";
  const input = { repo, path: "src/päy.ts", ref: "v1" };
  const contentOf = (text: string) =>
    shape("content-file", {
      type: "file",
      path: "src/päy.ts",
      encoding: "base64",
      size: 3,
      sha: "abc",
      content: Buffer.from(text).toString("base64"),
    });

  it("gives the text at a ref, and a folder's names", async () => {
    server.on("GET", path, { json: contentOf("é\n") });
    expect(await told(hub.toolbox, "gh_file", input)).toEqual({
      path: "src/päy.ts",
      sha: "abc",
      text: "é\n",
    });
    expect(server.asked[0]?.query).toEqual({ ref: "v1" });
    server.on("GET", path, { json: shape("content-directory", [{ type: "dir", path: "src/a" }]) });
    expect(await told(hub.toolbox, "gh_file", input)).toEqual({ folder: ["dir src/a"] });
  });

  it("says what is cut, and what is no text", async () => {
    server.on("GET", path, { json: contentOf("a".repeat(50_000)) });
    expect(await told(hub.toolbox, "gh_file", input)).toMatchObject({
      notice: "only the first 40000 of 50000 characters are here",
    });
    server.on("GET", path, { json: contentOf("\0\0") });
    expect(await told(hub.toolbox, "gh_file", input)).toMatchObject({ notice: "it is not text" });
    server.on("GET", path, { json: { ...contentOf(""), encoding: "none", size: 2_000_000 } });
    expect(await run(hub.toolbox, "gh_file", input)).toMatchObject({
      message: expect.stringContaining("too large"),
    });
  });
});

describe("pull requests and deployments", () => {
  it("are told with what matters of them", async () => {
    const pull = shape("pull-request-simple", {
      ...{
        number: 7,
        title: "Pay",
        state: "closed",
        draft: false,
        user: { login: "dana" },
        merge_commit_sha: "fff",
      },
      ...{ updated_at: "2026-11-27T10:00:00Z", merged_at: "2026-11-27T10:00:00Z" },
      ...{ head: { ref: "pay" }, base: { ref: "main" } },
    });
    server.on("GET", "/repos/{owner}/{repo}/pulls", { json: [pull] });
    expect(await told(hub.toolbox, "gh_pulls", { repo, state: "closed", page: null })).toMatchObject({
      pulls: [{ number: 7, by: "dana", from: "pay", into: "main", merge_commit: "fff" }],
    });
    const file = shape("diff-entry", {
      filename: "a",
      status: "added",
      additions: 1,
      deletions: 0,
      patch: "x".repeat(3_000),
    });
    server.on("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/files", { json: [file] });
    const files = await told(hub.toolbox, "gh_pull_files", { repo, number: 7, page: null });
    expect(files).toMatchObject({
      files: [{ filename: "a", patch: expect.stringMatching(/^x{2000}… \(1000 more\)$/) }],
    });
  });

  it("are told with the last status of each deployment", async () => {
    const one = {
      sha: commit.sha ?? "",
      ref: "main",
      environment: "production",
      created_at: "2026-11-27T10:00:00Z",
      creator: { login: "ci" },
    };
    server.on("GET", "/repos/{owner}/{repo}/deployments", {
      json: [shape("deployment", { id: 1, ...one }), shape("deployment", { id: 2, ...one })],
    });
    server.on("GET", "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses", ({ path }) => ({
      json: path.includes("/1/") ? [shape("deployment-status", { state: "failure" })] : [],
    }));
    const input = { repo, environment: "production", page: null };
    expect(await told(hub.toolbox, "gh_deployments", input)).toMatchObject({
      deployments: [
        { id: 1, sha: "0123456789ab", status: "failure" },
        { id: 2, status: "no status yet" },
      ],
    });
    expect(server.asked[0]?.query).toMatchObject({ environment: "production", per_page: "10" });
  });
});
