/** What the GitHub pack's tools that only look ask for, tell, leave out and refuse. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { github } from "../../../adapters/github/tools.ts";
import { fine } from "../../../src/core/ports/finding.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { diagnosed } from "../../support/diagnosed.ts";
import { Github, shape } from "../../support/github/server.ts";
import { type GithubTools, repo, run, token, told, toolboxAt } from "./world.ts";

let server: Github;
let toolbox: GithubTools;
beforeAll(async () => {
  server = await Github.start();
  toolbox = toolboxAt(server.url);
});
beforeEach(() => server.reset());
afterAll(() => server.stop());

const commit = shape("commit", {
  sha: "0123456789abcdef0123456789abcdef01234567",
  commit: {
    message: "Charge once\n\nLong words.",
    committer: { date: "2026-11-27T10:00:00Z" },
    author: { name: "Dana" },
  },
  author: { login: "dana" },
});

describe("the doctor", () => {
  const at = (repos: string[]) =>
    diagnosed(github({ token: secretOf("GITHUB_TOKEN", token), repos, baseUrl: server.url }));

  it("says of each repository whether it can be read, and what the token's owner may there", async () => {
    const permissions = { admin: false, push: true, pull: true };
    const json = shape("full-repository", { permissions, archived: true });
    server.on("GET", "/repos/{owner}/{repo}", (asked) =>
      asked.path.endsWith("/api") ? { json } : { status: 404, json: { message: "Not Found" } },
    );
    expect(await at([repo, "shop/gone"])).toEqual([
      fine(
        "GitHub shop/api",
        "can be read with GITHUB_TOKEN, whose owner may push, pull; it is archived, and takes no changes",
      ),
      {
        ok: false,
        check: "GitHub shop/gone",
        detail: expect.stringMatching(/^GitHub refused \(404\): Not Found/),
        fix: expect.stringContaining("GITHUB_TOKEN may not see it"),
      },
    ]);
  });

  it("names the token that is not taken, and never shows it", async () => {
    server.on("GET", "/repos/{owner}/{repo}", { status: 401, json: { message: "Bad credentials" } });
    const found = await at([repo]);
    expect(found).toMatchObject([{ ok: false, fix: expect.stringContaining("renew GITHUB_TOKEN") }]);
    expect(JSON.stringify(found)).not.toContain(token);
  });

  it("tries ten of many, and says so", async () => {
    server.on("GET", "/repos/{owner}/{repo}", { json: shape("full-repository", { archived: false }) });
    const found = await at(Array.from({ length: 12 }, (_, n) => `shop/r${n}`));
    expect(found).toHaveLength(11);
    expect(found.at(-1)).toEqual(fine("GitHub", "2 more repositories were not tried"));
  });
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
    expect(await told(toolbox, "gh_compare", input)).toEqual({
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
    expect(await told(toolbox, "gh_compare", input)).toMatchObject({
      notice: "there may be more: ask for page 2",
    });
  });
});

describe("what may be asked for", () => {
  it.each([
    ["another repository", "gh_runs", { repo: "shop/secret", branch: null, status: null, page: null }],
    ["a fork's branch", "gh_compare", { repo, base: "main", head: "mallory:main", page: null }],
    ["a range inside a ref", "gh_compare", { repo, base: "a...b", head: "main", page: null }],
    ["a path that climbs out", "gh_file", { repo, path: "../../orgs", ref: null }],
    ["the folder above", "gh_file", { repo, path: "..", ref: null }],
    ["an absolute path", "gh_file", { repo, path: "/etc", ref: null }],
    ["a search elsewhere", "gh_search_code", { repo, words: "password repo:shop/secret", page: null }],
    ["a search anywhere", "gh_search_code", { repo, words: "password OR", page: null }],
  ])("%s is refused before anything is sent", (_what, tool, input) => {
    expect(toolbox.check(tool, JSON.stringify(input)).error?.code).toBe("invalid_input");
  });

  it("is the same of each of them: only the listed repositories", () => {
    for (const { name, schema } of Object.values(toolbox.specs)) {
      expect({ name, schema }).toMatchObject({
        schema: { properties: { repo: { enum: [repo, "shop/web"] } } },
      });
    }
  });

  it("leaves out what a search finds elsewhere all the same", async () => {
    const found = (full_name: string) => ({
      path: "a.ts",
      repository: { full_name },
      text_matches: [{ fragment: "pay()" }],
    });
    const items = [found("Shop/API"), found("shop/secret")];
    server.on("GET", "/search/code", {
      json: {
        total_count: 2,
        incomplete_results: false,
        items: items.map((item) => shape("code-search-result-item", item)),
      },
    });
    expect(await told(toolbox, "gh_search_code", { repo, words: "pay", page: 2 })).toEqual({
      total: 2,
      found: [{ path: "a.ts", lines: ["pay()"] }],
    });
    expect(server.asked[0]?.query).toEqual({ q: `pay repo:${repo}`, per_page: "30", page: "2" });
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
    expect(await told(toolbox, "gh_file", input)).toEqual({ path: "src/päy.ts", sha: "abc", text: "é\n" });
    expect(server.asked[0]?.query).toEqual({ ref: "v1" });
    server.on("GET", path, { json: shape("content-directory", [{ type: "dir", path: "src/a" }]) });
    expect(await told(toolbox, "gh_file", input)).toEqual({ folder: ["dir src/a"] });
  });

  it("says what is cut, and what is no text", async () => {
    server.on("GET", path, { json: contentOf("a".repeat(50_000)) });
    expect(await told(toolbox, "gh_file", input)).toMatchObject({
      notice: "only the first 40000 of 50000 characters are here",
    });
    server.on("GET", path, { json: contentOf("\0\0") });
    expect(await told(toolbox, "gh_file", input)).toMatchObject({ notice: "it is not text" });
    server.on("GET", path, { json: { ...contentOf(""), encoding: "none", size: 2_000_000 } });
    expect(await run(toolbox, "gh_file", input)).toMatchObject({
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
    expect(await told(toolbox, "gh_pulls", { repo, state: "closed", page: null })).toMatchObject({
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
    const files = await told(toolbox, "gh_pull_files", { repo, number: 7, page: null });
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
    expect(await told(toolbox, "gh_deployments", input)).toMatchObject({
      deployments: [
        { id: 1, sha: "0123456789ab", status: "failure" },
        { id: 2, status: "no status yet" },
      ],
    });
    expect(server.asked[0]?.query).toMatchObject({ environment: "production", per_page: "10" });
  });
});

describe("workflow runs", () => {
  it("are told with their attempt and their end", async () => {
    const one = shape("workflow-run", {
      id: 5,
      run_attempt: 2,
      name: "CI",
      display_title: "Pay",
      head_sha: commit.sha ?? "",
      conclusion: "failure",
    });
    server.on("GET", "/repos/{owner}/{repo}/actions/runs", {
      json: { total_count: 1, workflow_runs: [one] },
    });
    const input = { repo, branch: "main", status: "failure", page: null };
    expect(await told(toolbox, "gh_runs", input)).toMatchObject({
      total: 1,
      runs: [{ id: 5, attempt: 2, conclusion: "failure" }],
    });
    expect(server.asked[0]?.query).toEqual({ branch: "main", status: "failure", page: "1", per_page: "20" });
  });

  const jobs = "/repos/{owner}/{repo}/actions/runs/{run_id}/jobs";
  const steps = [
    {
      name: "Build",
      conclusion: "success",
      started_at: "2026-11-27T10:00:00Z",
      completed_at: "2026-11-27T10:00:05Z",
    },
    {
      name: "Test",
      conclusion: "failure",
      started_at: "2026-11-27T10:00:10Z",
      completed_at: "2026-11-27T10:00:20Z",
    },
  ];
  const failed = shape("job", { id: 9, name: "unit", status: "completed", conclusion: "failure", steps });

  function serveLog(lines: string[], location = `${server.url}/signed?sig=abc`) {
    server.on("GET", jobs, { json: { total_count: 1, jobs: [failed] } });
    server.on("GET", "/repos/{owner}/{repo}/actions/jobs/{job_id}/logs", {
      status: 302,
      headers: { location },
    });
    server.at("GET", "/signed", { text: lines.join("\r\n") });
  }

  it("give the failed step's log, and its address never sees the token", async () => {
    const hidden = `ghp_${"a".repeat(36)}`;
    serveLog([
      "\uFEFF2026-11-27T10:00:01.0000000Z building",
      "2026-11-27T10:00:11.0000000Z \u001b[31mexpected 1\u001b[0m",
      `2026-11-27T10:00:12.0000000Z with ${hidden} and password=hunter22 at postgres://u:hunter33@db/x`,
      "2026-11-27T10:00:20.5000000Z ##[error]Process completed with exit code 1.",
      "2026-11-27T10:00:20.9000000Z cleaning up",
    ]);
    expect(await told(toolbox, "gh_failed_log", { repo, run_id: 5 })).toEqual({
      failed: [
        {
          ...{ job: "unit", conclusion: "failure", step: "Test" },
          log: "expected 1\nwith *** and password=*** at postgres://u:***@db/x\n##[error]Process completed with exit code 1.",
        },
      ],
    });
    const signed = server.asked.find(({ path }) => path === "/signed");
    expect(signed?.query).toEqual({ sig: "abc" });
    expect(JSON.stringify(signed?.headers)).not.toContain(token);
  });

  it("give the end of a long log, and say so", async () => {
    serveLog(Array.from({ length: 500 }, (_, line) => `2026-11-27T10:00:11.0000000Z line ${line}`));
    const { failed: logs } = await told(toolbox, "gh_failed_log", { repo, run_id: 5 });
    expect(logs).toMatchObject([
      { log: expect.stringMatching(/^\[earlier lines are left out\]\nline 380\n[\s\S]*line 499$/) },
    ]);
  });

  it("say that the end is missing of a log that is too long to be read", async () => {
    serveLog([
      "2026-11-27T10:00:11.0000000Z begun",
      `2026-11-27T10:00:12.0000000Z ${"a".repeat(21 * 1024 * 1024)}`,
    ]);
    expect(await told(toolbox, "gh_failed_log", { repo, run_id: 5 })).toMatchObject({
      failed: [{ notice: expect.stringContaining("its end, where the error may stand, could not be read") }],
    });
  });

  it("say when no job failed, and when the log is gone", async () => {
    server.on("GET", jobs, {
      json: {
        total_count: 1,
        jobs: [shape("job", { name: "unit", status: "in_progress", conclusion: null })],
      },
    });
    expect(await told(toolbox, "gh_failed_log", { repo, run_id: 5 })).toMatchObject({
      notice: expect.stringContaining("no job failed"),
    });
    serveLog([]);
    server.on("GET", "/repos/{owner}/{repo}/actions/jobs/{job_id}/logs", {
      status: 410,
      json: { message: "Gone" },
    });
    expect(await run(toolbox, "gh_failed_log", { repo, run_id: 5 })).toMatchObject({
      message: "GitHub refused (410): Gone. Next: GitHub keeps it no longer",
    });
  });
});

describe("a refusal", () => {
  const input = { repo, branch: null, status: null, page: null };
  const reset = String(Math.ceil(Date.now() / 1000) + 600);
  it.each([
    [
      "primary limit",
      403,
      { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset },
      "API rate limit exceeded",
      /wait (59\d|60[01]) s/,
    ],
    ["secondary limit", 429, { "retry-after": "30" }, "slow down", /wait 30 s/],
    ["secondary limit in words alone", 403, {}, "You have exceeded a secondary rate limit", /wait 60 s/],
    ["missing right", 403, {}, "Resource not accessible", /GITHUB_TOKEN may not do this/],
    ["token that ended", 401, {}, "Bad credentials", /renew GITHUB_TOKEN/],
    ["wrong number", 404, {}, "Not Found", /may not see it/],
    [
      "repository that moved",
      301,
      { location: "http://127.0.0.1:1/" },
      "Moved",
      /has moved \(301\), and redirects are not followed/,
    ],
    ["server in trouble", 502, {}, "Bad gateway", /try once more/],
  ])(
    "of a %s says what to do, and nothing is asked twice",
    async (_what, status, headers, message, expected) => {
      server.on("GET", "/repos/{owner}/{repo}/actions/runs", {
        status,
        headers,
        json: shape("basic-error", { message }),
      });
      expect(await run(toolbox, "gh_runs", input)).toMatchObject({
        type: "failed",
        message: expect.stringMatching(expected),
      });
      expect(server.asked).toHaveLength(1);
    },
  );

  it("is no answer where there is none, and too much where it is too much", async () => {
    server.on("GET", "/repos/{owner}/{repo}/actions/runs", { breaks: true });
    expect(await run(toolbox, "gh_runs", input)).toMatchObject({
      message: expect.stringContaining("gave no answer"),
    });
    server.on("GET", "/repos/{owner}/{repo}/actions/runs", { json: "a".repeat(21 * 1024 * 1024) });
    expect(await run(toolbox, "gh_runs", input)).toMatchObject({
      message: expect.stringContaining("larger than 20 MB"),
    });
  });
});

describe("the declaration", () => {
  const unset = secretOf("GITHUB_TOKEN", null);

  it("is off, and says what would switch it on, without repositories or without a token", () => {
    const offs = (value: string | null, secret: string | null) =>
      new Set(
        github({ token: secretOf("GITHUB_TOKEN", secret), repos: { name: "GITHUB_REPOS", value } }).map(
          ({ off }) => off,
        ),
      );
    expect(offs(null, null)).toEqual(new Set(["set GITHUB_TOKEN and GITHUB_REPOS to switch them on"]));
    expect(offs("a/b, c/d", null)).toEqual(new Set(["set GITHUB_TOKEN to switch them on"]));
    expect(offs("", token)).toEqual(new Set(["set GITHUB_REPOS to switch them on"]));
    expect(offs("a/b, c/d", token)).toEqual(new Set([null]));
  });

  it.each(["shop", "shop/api/x", "shop/..", "https://github.com/shop/api"])(
    "refuses %s as a repository",
    (wrong) => {
      expect(() => github({ token: unset, repos: [wrong] })).toThrow(
        "is no repository; write it like owner/name",
      );
    },
  );

  it("marks all as untrusted, and lets none act without approval", () => {
    const acting = Object.values(toolbox.specs).filter(({ effect }) => effect !== "read");
    expect(acting.map(({ name }) => name)).toEqual([
      "gh_rerun_failed",
      "gh_comment",
      "gh_open_issue",
      "gh_revert_pull",
      "gh_dispatch",
    ]);
    expect(acting.every(({ approval, effect }) => approval !== null && effect === "once")).toBe(true);
    expect(Object.values(toolbox.specs).every(({ untrusted }) => untrusted)).toBe(true);
  });
});
