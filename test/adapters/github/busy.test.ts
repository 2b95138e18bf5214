/** The GitHub pack where much goes on: what stands beyond the first page is found, or called not known. */
import { describe, expect, it } from "vitest";
import { shape } from "../../support/github/server.ts";
import { call, repo, run, theGithub, told, toolboxAt } from "./world.ts";

const hub = theGithub();
const { server } = hub;

/** Of `all`, the page that is asked for. */
function paged<T>(all: readonly T[], { query }: { query: Record<string, string> }): T[] {
  const perPage = Number(query.per_page);
  const from = (Number(query.page ?? 1) - 1) * perPage;
  return all.slice(from, from + perPage);
}

describe("the run of a dispatched workflow", () => {
  const dispatches = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
  const runs = "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
  const attempt = "/repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}";
  const input = { repo, workflow: "deploy.yml", ref: "main", inputs: [] };
  const accepted = new Date("2026-11-28T10:00:00Z");

  const others = (count: number) =>
    Array.from({ length: count }, (_, id) =>
      shape("workflow-run", { id, display_title: `Deploy ${call.key}${id}` }),
    );
  const ours = shape("workflow-run", { id: 7_777, display_title: `Deploy (${call.key})` });
  const list = (all: ReturnType<typeof others>, date = accepted) =>
    server.on("GET", runs, (asked) => ({
      headers: { date: date.toUTCString() },
      json: { total_count: all.length, workflow_runs: paged(all, asked) },
    }));
  const looks = () => server.asked.filter(({ path }) => path.endsWith("/runs"));

  async function begun() {
    const tools = toolboxAt(server.url, "belay_key");
    server.on("POST", dispatches, { status: 204, headers: { date: accepted.toUTCString() } });
    server.on("GET", attempt, { json: shape("workflow-run", { status: "queued" }) });
    const outcome = await run(tools, "gh_dispatch", input);
    if (outcome.type !== "begun") throw new Error(JSON.stringify(outcome));
    return { tools, poll: () => tools.poll("gh_dispatch", input, outcome.handle, call) };
  }

  it("is found behind hundreds of others whose keys begin like its own, and looked for once", async () => {
    const { poll } = await begun();
    list([...others(730), ours, ...others(40)]);
    expect(await poll()).toMatchObject({ type: "running", progress: "attempt 1 is queued" });
    expect(looks()).toHaveLength(8);
    expect(await poll()).toMatchObject({ type: "running" });
    expect(looks()).toHaveLength(8);
  });

  it("is not said to be absent where GitHub lists no further", async () => {
    const { tools, poll } = await begun();
    list(others(1_000));
    const unseen = "the run among the 1000 that it lists of that time, of which there are more";
    expect(await poll()).toMatchObject({ type: "running", progress: `GitHub does not show ${unseen} yet` });
    expect(looks()).toHaveLength(10);
    list(others(1_000), new Date(accepted.getTime() + 31 * 60_000));
    expect(await poll()).toMatchObject({ type: "lost", reason: expect.stringContaining(unseen) });
    expect(await tools.reconcile("gh_dispatch", input, call)).toEqual({ type: "unknown" });
  });

  it("is found after a crash whatever this machine's clock says", async () => {
    const { tools } = await begun();
    list([...others(250), ours]);
    expect(await tools.reconcile("gh_dispatch", input, call)).toMatchObject({
      type: "begun",
      handle: { run_id: 7_777 },
    });
    expect(looks().map(({ query }) => [query.page, query.created])).toEqual(
      [1, 2, 3].map((page) => [`${page}`, undefined]),
    );
  });
});

describe("a workflow run of many jobs", () => {
  const path = "/repos/{owner}/{repo}/actions/runs/{run_id}/jobs";
  const jobs = (count: number) =>
    Array.from({ length: count }, (_, id) => shape("job", { id, name: `unit ${id}`, conclusion: "success" }));
  const serve = (all: ReturnType<typeof jobs>) =>
    server.on("GET", path, (asked) => ({ json: { total_count: all.length, jobs: paged(all, asked) } }));
  const log = () => told(hub.toolbox, "gh_failed_log", { repo, run_id: 5 });

  it("is looked through for the one that failed", async () => {
    serve([...jobs(120), shape("job", { id: 121, name: "pay", conclusion: "failure", steps: [] })]);
    server.on("GET", "/repos/{owner}/{repo}/actions/jobs/{job_id}/logs", {
      ...{ status: 302, headers: { location: `${server.url}/signed` } },
    });
    server.at("GET", "/signed", { text: "no" });
    expect(await log()).toEqual({ failed: [{ job: "pay", conclusion: "failure", step: null, log: "no" }] });
  });

  it("that has more than are looked at is not said to be without a failure", async () => {
    serve(jobs(1_200));
    expect(await log()).toMatchObject({
      notice: "none of the first 1000 jobs failed; there are more, which were not looked at",
    });
  });
});

describe("a list that GitHub cuts says so", () => {
  it("of the files between two refs", async () => {
    const files = Array.from({ length: 300 }, (_, n) => ({ filename: `f${n}`, status: "added" as const }));
    server.on("GET", "/repos/{owner}/{repo}/compare/{basehead}", {
      json: shape("commit-comparison", { commits: [], files }),
    });
    const input = { repo, base: "v1", head: "main", page: null };
    expect(await told(hub.toolbox, "gh_compare", input)).toMatchObject({
      files_notice: "at least 200 more files are left out",
    });
  });

  it("of the names of a folder", async () => {
    const names = Array.from({ length: 1_000 }, (_, n) => ({ type: "file" as const, path: `f${n}` }));
    server.on("GET", "/repos/{owner}/{repo}/contents/{path}", { json: shape("content-directory", names) });
    expect(await told(hub.toolbox, "gh_file", { repo, path: "src", ref: null })).toMatchObject({
      notice: "GitHub lists at most 1000 names of a folder: there may be more",
    });
  });
});
