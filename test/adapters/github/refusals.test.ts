/** What the GitHub pack leaves out and refuses: other places, GitHub's own refusals, itself without a token. */
import { describe, expect, it } from "vitest";
import { github } from "../../../adapters/github/tools.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { shape } from "../../support/github/server.ts";
import { repo, run, theGithub, token, told } from "./world.ts";

const hub = theGithub();
const { server } = hub;

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
    expect(hub.toolbox.check(tool, JSON.stringify(input)).error?.code).toBe("invalid_input");
  });

  it("is the same of each of them: only the listed repositories", () => {
    for (const { name, schema } of Object.values(hub.toolbox.specs)) {
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
    expect(await told(hub.toolbox, "gh_search_code", { repo, words: "pay", page: 2 })).toEqual({
      total: 2,
      found: [{ path: "a.ts", lines: ["pay()"] }],
      left_out:
        "1 found in repositories of other names; if shop/api or its owner was renamed, ask a person to correct it in the repos of github({ … })",
    });
    expect(server.asked[0]?.query).toEqual({ q: `pay repo:${repo}`, per_page: "30", page: "2" });
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
    [
      "primary limit, by GitHub's clock",
      403,
      {
        ...{ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1700000120" },
        date: new Date(1_700_000_000_000).toUTCString(),
      },
      "API rate limit exceeded",
      /wait 120 s/,
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
      /by another name now \(301: it or its owner was renamed.*correct it in the repos of github/,
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
      expect(await run(hub.toolbox, "gh_runs", input)).toMatchObject({
        type: "failed",
        message: expect.stringMatching(expected),
      });
      expect(server.asked).toHaveLength(1);
    },
  );

  it("is no answer where there is none, and too much where it is too much", async () => {
    server.on("GET", "/repos/{owner}/{repo}/actions/runs", { breaks: true });
    expect(await run(hub.toolbox, "gh_runs", input)).toMatchObject({
      message: expect.stringContaining("gave no answer"),
    });
    server.on("GET", "/repos/{owner}/{repo}/actions/runs", { json: "a".repeat(21 * 1024 * 1024) });
    expect(await run(hub.toolbox, "gh_runs", input)).toMatchObject({
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
    const acting = Object.values(hub.toolbox.specs).filter(({ effect }) => effect !== "read");
    expect(acting.map(({ name }) => name)).toEqual([
      "gh_rerun_failed",
      "gh_comment",
      "gh_open_issue",
      "gh_revert_pull",
      "gh_dispatch",
    ]);
    expect(acting.every(({ approval, effect }) => approval !== null && effect === "once")).toBe(true);
    expect(Object.values(hub.toolbox.specs).every(({ untrusted }) => untrusted)).toBe(true);
  });
});
