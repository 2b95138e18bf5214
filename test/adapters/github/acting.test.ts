/** What the GitHub pack's tools that act do once, what they know after a lost answer, and how their jobs go on. */
import { describe, expect, it } from "vitest";
import { shape } from "../../support/github/server.ts";
import { call, type GithubTools, repo, run, theGithub, told, toolboxAt } from "./world.ts";

const hub = theGithub();
const { server } = hub;

const isPost = ({ method }: { method: string }) => method === "POST";

describe.each([
  {
    tool: "gh_comment",
    path: "/repos/{owner}/{repo}/issues/{issue_number}/comments" as const,
    input: { repo, number: 7, body: "Restarted." },
    answer: shape("issue-comment", { html_url: "https://github.com/shop/api/issues/7#c1" }),
    result: { url: "https://github.com/shop/api/issues/7#c1" },
  },
  {
    tool: "gh_open_issue",
    path: "/repos/{owner}/{repo}/issues" as const,
    input: { repo, title: "Checkout fails", body: "Since 10:00.", labels: ["bug"] },
    answer: shape("issue", { number: 8, html_url: "https://github.com/shop/api/issues/8" }),
    result: { number: 8, url: "https://github.com/shop/api/issues/8" },
  },
])("$tool", ({ tool, path, input, answer, result }) => {
  it("writes once, with a hidden mark that does not hold the key", async () => {
    server.on("POST", path, { status: 201, json: answer });
    expect(await told(hub.toolbox, tool, input)).toEqual(result);
    expect(server.asked).toHaveLength(1);
    const said = JSON.stringify(server.asked[0]?.body);
    expect(said).toMatch(/<!-- belay [0-9a-f]{32} -->/);
    expect(said).not.toContain(call.key);
  });

  it.each([
    ["the answer is lost", { breaks: true }],
    ["a gateway gives up", { status: 408, json: { message: "Request timeout" } }],
    ["the server fails", { status: 502, json: { message: "Bad gateway" } }],
  ])("is in doubt when %s, and known again by its mark", async (_what, reply) => {
    let body = "";
    server.on("POST", path, (asked) => {
      body = String(Object(asked.body).body);
      return reply;
    });
    expect(await run(hub.toolbox, tool, input)).toMatchObject({ type: "in_doubt" });
    expect(server.asked).toHaveLength(1);
    server.on("GET", path, { json: [{ ...answer, body: "Another's." }] });
    expect(await hub.toolbox.reconcile(tool, input, call)).toEqual({ type: "not_done" });
    server.on("GET", path, { json: [{ ...answer, body }] });
    expect(await hub.toolbox.reconcile(tool, input, call)).toMatchObject({
      type: "finished",
      output: JSON.stringify({ url: answer.html_url }),
    });
    expect(await hub.toolbox.reconcile(tool, input, { ...call, key: "r1:c2" })).toEqual({ type: "not_done" });
  });

  it("does not know where more stands than can be looked through", async () => {
    server.on("GET", path, { json: Array.from({ length: 100 }, () => ({ ...answer, body: "Another's." })) });
    expect(await hub.toolbox.reconcile(tool, input, call)).toEqual({ type: "unknown" });
  });

  it("failed, and is not in doubt, when GitHub refuses", async () => {
    server.on("POST", path, { status: 403, headers: { "retry-after": "9" }, json: { message: "slow down" } });
    expect(await run(hub.toolbox, tool, input)).toMatchObject({
      type: "failed",
      message: expect.stringContaining("wait 9 s"),
    });
  });
});

describe("gh_rerun_failed", () => {
  const input = { repo, run_id: 5, attempt: 1 };
  const since = expect.stringMatching(/^20.*Z$/);
  const handle = { repo, run_id: 5, attempt: 2, since: new Date().toISOString() };
  const runPath = "/repos/{owner}/{repo}/actions/runs/{run_id}";
  const attemptPath = "/repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}";
  const ended = {
    id: 5,
    run_attempt: 1,
    status: "completed",
    conclusion: "failure",
    name: "CI",
    display_title: "Pay",
    head_branch: "main",
    head_sha: "abc",
  };

  it("begins the next attempt, waits until it shows, and tells how it ended", async () => {
    server.on("GET", runPath, { json: shape("workflow-run", ended) });
    server.on("POST", "/repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs", {
      status: 201,
      json: {},
    });
    expect(await run(hub.toolbox, "gh_rerun_failed", input)).toEqual({
      ...{ type: "begun", handle: { ...handle, since } },
    });
    expect(server.asked.filter(isPost)).toHaveLength(1);
    const look = () => hub.toolbox.poll("gh_rerun_failed", input, handle, call);
    server.on("GET", attemptPath, { status: 404, json: { message: "Not Found" } });
    expect(await look()).toMatchObject({ type: "running", progress: "GitHub does not show attempt 2 yet" });
    server.on("GET", attemptPath, { status: 502, json: { message: "Bad gateway" } });
    expect(await look()).toMatchObject({ type: "unknown" });
    server.on("GET", attemptPath, { json: shape("workflow-run", { status: "in_progress" }) });
    expect(await look()).toMatchObject({ type: "running", progress: "attempt 2 is in_progress" });
    server.on("GET", attemptPath, {
      json: shape("workflow-run", { status: "completed", conclusion: "success", html_url: "https://x" }),
    });
    expect(await look()).toMatchObject({
      type: "finished",
      output: JSON.stringify({ run_id: 5, attempt: 2, conclusion: "success", url: "https://x" }),
    });
  });

  it("shows what it would run again", async () => {
    server.on("GET", runPath, { json: shape("workflow-run", ended) });
    expect(await hub.toolbox.preview("gh_rerun_failed", input, call)).toBe(
      "CI: Pay\nattempt 1, failure, on main at abc",
    );
  });

  it.each([
    ["somebody ran it again", { ...ended, run_attempt: 2 }, "is at attempt 2 by now"],
    ["it goes on", { ...ended, status: "in_progress" }, "wait for its end"],
  ])("begins nothing when %s", async (_what, now, words) => {
    server.on("GET", runPath, { json: shape("workflow-run", now) });
    expect(await run(hub.toolbox, "gh_rerun_failed", input)).toMatchObject({
      type: "failed",
      message: expect.stringContaining(words),
    });
    expect(server.asked.filter(isPost)).toEqual([]);
  });

  it("knows after a crash that it was begun, or does not know", async () => {
    server.on("GET", attemptPath, { json: shape("workflow-run", { ...ended, run_attempt: 2 }) });
    expect(await hub.toolbox.reconcile("gh_rerun_failed", input, call)).toEqual({
      ...{ type: "begun", handle: { ...handle, since } },
    });
    server.on("GET", attemptPath, { status: 404, json: { message: "Not Found" } });
    expect(await hub.toolbox.reconcile("gh_rerun_failed", input, call)).toEqual({ type: "unknown" });
  });

  it("is not waited for without an end when its attempt never shows: a person is asked, and nothing is claimed", async () => {
    const at = (minutes: number) => new Date(Date.parse(handle.since) + minutes * 60_000).toUTCString();
    const missingAt = (minutes: number) =>
      server.on("GET", attemptPath, {
        ...{ status: 404, headers: { date: at(minutes) }, json: { message: "Not Found" } },
      });
    const look = (held: object) => hub.toolbox.poll("gh_rerun_failed", input, held, call);
    missingAt(29);
    expect(await look(handle)).toMatchObject({ type: "running" });
    missingAt(31);
    expect(await look(handle)).toMatchObject({
      type: "lost",
      reason: "GitHub accepted it and does not show attempt 2 after 30 minutes; look at its Actions page",
    });
    // A handle of a former release.
    expect(await look({ repo, run_id: 5, attempt: 2 })).toMatchObject({
      type: "lost",
      reason:
        "GitHub accepted it and does not show attempt 2, and when it accepted it is not known; look at its Actions page",
    });
    expect(await hub.toolbox.reconcile("gh_rerun_failed", input, call)).toEqual({ type: "unknown" });
  });

  it("asks GitHub to cancel it, and claims no more", async () => {
    server.on("POST", "/repos/{owner}/{repo}/actions/runs/{run_id}/cancel", { status: 202, json: {} });
    expect(await hub.toolbox.cancel("gh_rerun_failed", handle, call)).toMatchObject({
      stopped: null,
      words: expect.stringContaining("asked to cancel"),
    });
  });
});

describe("gh_dispatch", () => {
  const path = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
  const runsPath = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
  const attemptPath = "/repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}";
  const input = { repo, workflow: "deploy.yml", ref: "main", inputs: [{ name: "to", value: "staging" }] };

  async function begun(tools: GithubTools): Promise<unknown> {
    const outcome = await run(tools, "gh_dispatch", input);
    if (outcome.type !== "begun") throw new Error(JSON.stringify(outcome));
    return outcome.handle;
  }

  it("follows the run whose id GitHub tells", async () => {
    server.on("POST", path, { json: shape("workflow-dispatch-response", { workflow_run_id: 77 }) });
    const handle = await begun(hub.toolbox);
    expect(server.asked[0]?.body).toEqual({
      ref: "main",
      inputs: { to: "staging" },
      return_run_details: true,
    });
    server.on("GET", attemptPath, {
      json: shape("workflow-run", { status: "completed", conclusion: "failure", html_url: "https://x" }),
    });
    expect(await hub.toolbox.poll("gh_dispatch", input, handle, call)).toMatchObject({
      type: "finished",
      output: JSON.stringify({
        run_id: 77,
        attempt: 1,
        conclusion: "failure",
        url: "https://x",
        next: "gh_failed_log tells why",
      }),
    });
  });

  it("finds its run by the mark in its title, never by the time alone", async () => {
    const tools = toolboxAt(server.url, "belay_key");
    server.on("POST", path, { status: 204 });
    const handle = await begun(tools);
    expect(server.asked[0]?.body).toMatchObject({ inputs: { to: "staging", belay_key: call.key } });
    const other = shape("workflow-run", { id: 76, display_title: "Deploy by hand" });
    server.on("GET", runsPath, { json: { total_count: 1, workflow_runs: [other] } });
    expect(await tools.poll("gh_dispatch", input, handle, call)).toMatchObject({
      type: "running",
      progress: "GitHub does not show the run yet",
    });
    expect(server.asked.at(-1)?.query).toMatchObject({
      event: "workflow_dispatch",
      created: expect.stringMatching(/^20\S+Z\.\.20\S+Z$/),
    });
    const ours = shape("workflow-run", { id: 77, display_title: `Deploy ${call.key}` });
    server.on("GET", runsPath, { json: { total_count: 2, workflow_runs: [other, ours] } });
    server.on("GET", attemptPath, ({ path: at }) => ({
      json: shape("workflow-run", { status: at.includes("/77/") ? "queued" : "waiting" }),
    }));
    expect(await tools.poll("gh_dispatch", input, handle, call)).toMatchObject({
      progress: "attempt 1 is queued",
    });
    expect(await tools.reconcile("gh_dispatch", input, call)).toMatchObject({
      type: "begun",
      handle: { run_id: 77 },
    });
  });

  it("is waited for by GitHub's clock, not by this machine's, and not without an end", async () => {
    const tools = toolboxAt(server.url, "belay_key");
    // Its clock is two days behind.
    const accepted = Math.floor(Date.now() / 1000) * 1000 - 172_800_000;
    const at = (minutes: number) => new Date(accepted + minutes * 60_000).toUTCString();
    server.on("POST", path, { status: 204, headers: { date: at(0) } });
    const handle = await begun(tools);
    const listedAt = (minutes: number) =>
      server.on("GET", runsPath, {
        headers: { date: at(minutes) },
        json: { total_count: 0, workflow_runs: [] },
      });
    listedAt(29);
    expect(await tools.poll("gh_dispatch", input, handle, call)).toMatchObject({ type: "running" });
    const [from = "", to = ""] = server.asked.at(-1)?.query.created?.split("..") ?? [];
    expect([accepted - Date.parse(from), Date.parse(to) - accepted]).toEqual([3_600_000, 3_600_000]);
    listedAt(31);
    expect(await tools.poll("gh_dispatch", input, handle, call)).toMatchObject({
      type: "lost",
      reason: "GitHub accepted it and does not show the run after 30 minutes; look at its Actions page",
    });
    expect(await tools.reconcile("gh_dispatch", input, call)).toEqual({ type: "unknown" });
  });

  it("says that nobody knows where neither an id nor a mark tells", async () => {
    server.on("POST", path, { status: 204 });
    const handle = await begun(hub.toolbox);
    expect(await hub.toolbox.poll("gh_dispatch", input, handle, call)).toMatchObject({ type: "lost" });
    expect(await hub.toolbox.cancel("gh_dispatch", handle, call)).toMatchObject({ stopped: null });
    expect(await hub.toolbox.reconcile("gh_dispatch", input, call)).toEqual({ type: "unknown" });
  });

  it("shows the commit that it would run on", async () => {
    const json = shape("commit", { sha: "abc", commit: { message: "Pay\n\nMore." } });
    server.on("GET", "/repos/{owner}/{repo}/commits/{ref}", { json });
    expect(await hub.toolbox.preview("gh_dispatch", input, call)).toBe("main is abc: Pay");
  });
});
