/** Workflow runs and the logs of what failed in them: what is told, what is cut, what is hidden. */
import { describe, expect, it } from "vitest";
import { shape } from "../../support/github/server.ts";
import { repo, run, theGithub, token, told } from "./world.ts";

const hub = theGithub();
const { server } = hub;

describe("workflow runs", () => {
  it("are told with their attempt and their end", async () => {
    const one = shape("workflow-run", {
      id: 5,
      run_attempt: 2,
      name: "CI",
      display_title: "Pay",
      head_sha: "0123456789abcdef0123456789abcdef01234567",
      conclusion: "failure",
    });
    server.on("GET", "/repos/{owner}/{repo}/actions/runs", {
      json: { total_count: 1, workflow_runs: [one] },
    });
    const input = { repo, branch: "main", status: "failure", page: null };
    expect(await told(hub.toolbox, "gh_runs", input)).toMatchObject({
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
    expect(await told(hub.toolbox, "gh_failed_log", { repo, run_id: 5 })).toEqual({
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
    const { failed: logs } = await told(hub.toolbox, "gh_failed_log", { repo, run_id: 5 });
    expect(logs).toMatchObject([
      { log: expect.stringMatching(/^\[earlier lines are left out\]\nline 380\n[\s\S]*line 499$/) },
    ]);
  });

  it("say that the end is missing of a log that is too long to be read", async () => {
    serveLog([
      "2026-11-27T10:00:11.0000000Z begun",
      `2026-11-27T10:00:12.0000000Z ${"a".repeat(21 * 1024 * 1024)}`,
    ]);
    expect(await told(hub.toolbox, "gh_failed_log", { repo, run_id: 5 })).toMatchObject({
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
    expect(await told(hub.toolbox, "gh_failed_log", { repo, run_id: 5 })).toMatchObject({
      notice: expect.stringContaining("no job failed"),
    });
    serveLog([]);
    server.on("GET", "/repos/{owner}/{repo}/actions/jobs/{job_id}/logs", {
      status: 410,
      json: { message: "Gone" },
    });
    expect(await run(hub.toolbox, "gh_failed_log", { repo, run_id: 5 })).toMatchObject({
      message: "GitHub refused (410): Gone. Next: GitHub keeps it no longer",
    });
  });
});
