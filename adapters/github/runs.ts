/** Workflow runs as tools: which ran, and the log of the step that failed. */
import { z } from "zod";
import type { Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { request } from "../../src/tools/outbound.ts";
import { ask } from "./errors.ts";
import { type Hub, looking, moreNotice, named, octokitOf, pageInput, refInput, repoInput } from "./hub.ts";
import { failedPart } from "./log.ts";

export function runs(hub: Hub): Tool {
  return defineTool({
    ...{ name: "gh_runs", ...looking(hub) },
    description: "Workflow runs, the newest first.",
    input: z.object({
      repo: repoInput(hub),
      branch: refInput.nullable().describe("null: all."),
      status: z
        .enum(["success", "failure", "cancelled", "in_progress", "queued"])
        .nullable()
        .describe("null: all."),
      page: pageInput,
    }),
    run: async ({ repo, branch, status, page }, { signal }) => {
      const narrow = { ...(branch ? { branch } : {}), ...(status ? { status } : {}) };
      const asked = { ...named(repo), ...narrow, page: page ?? 1, per_page: 20 };
      const { data } = await ask(hub, signal, ({ rest }) => rest.actions.listWorkflowRunsForRepo(asked));
      return {
        total: data.total_count,
        runs: data.workflow_runs.map((run) => ({
          ...{ id: run.id, attempt: run.run_attempt, workflow: run.name, title: run.display_title },
          ...{ event: run.event, branch: run.head_branch, sha: run.head_sha.slice(0, 12) },
          ...{ status: run.status, conclusion: run.conclusion, at: run.run_started_at, by: run.actor?.login },
        })),
        ...moreNotice(data.workflow_runs.length, 20, page),
      };
    },
  });
}

const maxJobs = 3;
const perPage = 100;
const mostPages = 10;

/** The last attempt's. `isWhole`: there are no others. */
async function jobsOf(hub: Hub, { repo, run_id }: { repo: string; run_id: number }, signal: AbortSignal) {
  const asked = { ...named(repo), run_id, filter: "latest", per_page: perPage } as const;
  const listed = async (page: number) =>
    (await ask(hub, signal, ({ rest }) => rest.actions.listJobsForWorkflowRun({ ...asked, page }))).data.jobs;
  const jobs = await listed(1);
  let last = jobs.length;
  for (let page = 2; last === perPage && page <= mostPages; page += 1) {
    const more = await listed(page);
    jobs.push(...more);
    last = more.length;
  }
  return { jobs, isWhole: last < perPage };
}

export function failedLog(hub: Hub): Tool {
  return defineTool({
    ...{ name: "gh_failed_log", ...looking(hub) },
    description: "Of the last attempt of a workflow run: the end of the log of each step that failed.",
    input: z.object({ repo: repoInput(hub), run_id: z.int().min(1) }),
    run: async ({ repo, run_id }, { signal }) => {
      const { jobs, isWhole } = await jobsOf(hub, { repo, run_id }, signal);
      const failed = jobs.filter(({ conclusion }) => conclusion === "failure" || conclusion === "timed_out");
      if (failed.length === 0) {
        const notice = isWhole
          ? "no job failed, so there is no such log; a run that goes on may still fail"
          : `none of the first ${jobs.length} jobs failed; there are more, which were not looked at`;
        return { jobs: jobs.map(({ name, status, conclusion }) => ({ name, status, conclusion })), notice };
      }
      const logs = failed.slice(0, maxJobs).map(async (job) => {
        const step = job.steps?.find(({ conclusion }) => conclusion === "failure") ?? null;
        const { text, cut } = await logOf(hub, { repo, job_id: job.id }, signal);
        return {
          job: job.name,
          conclusion: job.conclusion,
          step: step?.name ?? null,
          log: failedPart(text, step),
          ...(cut ? { notice: tooLong } : {}),
        };
      });
      const left = failed.length - maxJobs;
      const more = isWhole ? `${left}` : `at least ${left}`;
      return { failed: await Promise.all(logs), ...(left > 0 ? { notice: `${more} more jobs failed` } : {}) };
    },
  });
}

const tooLong = "the log is longer than 20 MB: its end, where the error may stand, could not be read";
const reach = { timeoutMs: 20_000, maxBytes: 20 * 1024 * 1024 };

/** GitHub answers with a signed address that lives for a minute. Whoever serves it must never see the token. */
async function logOf(
  hub: Hub,
  { repo, job_id }: { repo: string; job_id: number },
  signal: AbortSignal,
): Promise<{ text: string; cut: boolean }> {
  const { rest } = octokitOf(hub, signal);
  const { status, location } = await rest.actions
    .downloadJobLogsForWorkflowRun({ ...named(repo), job_id })
    .then(({ status: code, headers }) => ({ status: Number(code), location: headers.location }))
    .catch((error: unknown) => ask(hub, signal, () => Promise.reject(error)));
  if (status !== 302 || location === undefined || !URL.canParse(location)) {
    throw new Error(`GitHub gave no address for the log of job ${job_id} (${status}); try once more`);
  }
  const url = new URL(location);
  const isOwn = new URL(hub.baseUrl).hostname !== "api.github.com";
  if (url.protocol !== "https:" && !isOwn) throw new Error("GitHub gave an address without TLS for a log");
  const answer = await request(
    { method: "GET", url, headers: {}, body: null },
    { ...reach, private: isOwn },
    signal,
  );
  if (answer.status !== 200) {
    throw new Error(`the log of job ${job_id} can't be read (${answer.status}); try once more`);
  }
  return { text: answer.body, cut: answer.cut };
}
