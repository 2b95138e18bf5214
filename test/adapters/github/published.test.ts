/** What looks at GitHub, against the answers that GitHub publishes as examples; what asks it, against its description. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { github } from "../../../adapters/github/tools.ts";
import { secretOf } from "../../../src/tools/secret.ts";
import { createToolbox } from "../../../src/tools/toolbox.ts";
import { faultIn, operations } from "../../support/github/published.ts";
import { Github } from "../../support/github/server.ts";
import { type GithubTools, token, told } from "./world.ts";

let server: Github;
let toolbox: GithubTools;
beforeAll(async () => {
  server = await Github.start();
  for (const [operation, { status, example }] of Object.entries(operations)) {
    const [method = "", path = ""] = operation.split(" ");
    if (example !== undefined) server.published(method, path, { status, json: example });
  }
  // Those of the examples.
  const repos = ["octocat/Hello-World", "octo-org/octo-repo", "jquery/jquery"];
  const place = { token: secretOf("GITHUB_TOKEN", token), repos, baseUrl: server.url };
  toolbox = createToolbox(github(place), { redact: String });
});
afterAll(() => server.stop());

const repo = "octocat/Hello-World";

it.each<[string, Record<string, unknown>, unknown]>([
  [
    "gh_compare",
    { repo, base: "master", head: "topic", page: null },
    {
      status: "behind",
      commits: [{ sha: "6dcb09b5b578", by: "octocat", title: "Fix all the bugs" }],
      files: ["added file1.txt +103 -21"],
    },
  ],
  [
    "gh_pulls",
    { repo, state: "open", page: null },
    {
      pulls: [
        {
          number: 1347,
          title: "Amazing new feature",
          by: "octocat",
          from: "new-topic",
          into: "master",
          state: "open",
        },
      ],
    },
  ],
  [
    "gh_pull_files",
    { repo, number: 1347, page: null },
    { files: [{ filename: "file1.txt", status: "added", additions: 103, deletions: 21 }] },
  ],
  [
    "gh_deployments",
    { repo, environment: "production", page: null },
    {
      deployments: [
        { sha: "a84d88e7554f", ref: "topic-branch", environment: "production", status: "success" },
      ],
    },
  ],
  [
    "gh_runs",
    { repo: "octo-org/octo-repo", branch: "master", status: "queued", page: null },
    { total: 1, runs: [{ id: 30433642, workflow: "Build", title: "Update README.md", sha: "acb5820ced94" }] },
  ],
  [
    "gh_failed_log",
    { repo: "octo-org/octo-repo", run_id: 29679449 },
    { jobs: [{ name: "build", conclusion: "success" }], notice: expect.stringContaining("no job failed") },
  ],
  [
    "gh_search_code",
    { repo: "jquery/jquery", words: "addClass", page: null },
    { total: 7, found: [{ path: "src/attributes/classes.js" }] },
  ],
  [
    "gh_file",
    { repo, path: "README.md", ref: "master" },
    // The example's text is damaged after its first words.
    { path: "README.md", text: expect.stringMatching(/^# Yoga Bo/) },
  ],
])("%s tells what matters of GitHub's own example", async (tool, input, expected) => {
  expect(await told(toolbox, tool, input)).toMatchObject(expected as object);
});

it("a request that the description does not know is told of", () => {
  const pulls = "GET /repos/{owner}/{repo}/pulls";
  expect(faultIn(pulls, { query: { state: "open", page: "2" }, body: null })).toBeNull();
  expect(faultIn(pulls, { query: { status: "open" }, body: null })).toContain("knows no status");
  const issue = "POST /repos/{owner}/{repo}/issues";
  expect(faultIn(issue, { query: {}, body: { text: "a" } })).toContain("knows no text, and needs title");
  expect(faultIn("GET /repos/{owner}/{repo}/runs", { query: {}, body: null })).toContain("lacks");
});
