/** Workflows set going, as jobs: the failed jobs of a run again, or a workflow by hand. */
import { z } from "zod";
import type { Cancelled, Polled, Reconciled, Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { act, ask, isMissing } from "./errors.ts";
import { acting, type Hub, named, refInput, repoInput } from "./hub.ts";

const everyMs = 10_000;

const attemptSchema = z.object({ repo: z.string(), run_id: z.int(), attempt: z.int() });
type Attempt = z.infer<typeof attemptSchema>;

async function look(hub: Hub, { repo, run_id, attempt }: Attempt, signal: AbortSignal): Promise<Polled> {
  const asked = { ...named(repo), run_id, attempt_number: attempt };
  const found = await ask(hub, signal, ({ rest }) => rest.actions.getWorkflowRunAttempt(asked)).catch(
    (error: unknown) => {
      // A rerun is begun some time after it was accepted.
      if (isMissing(error)) return null;
      throw error;
    },
  );
  if (found === null) return { type: "running", progress: `GitHub has not begun attempt ${attempt} yet` };
  const { status, conclusion, html_url: url } = found.data;
  if (status !== "completed") return { type: "running", progress: `attempt ${attempt} is ${status}` };
  const next = conclusion === "success" ? {} : { next: "gh_failed_log tells why" };
  return { type: "done", result: { run_id, attempt, conclusion, url, ...next } };
}

async function stop(hub: Hub, { repo, run_id }: Attempt, signal: AbortSignal): Promise<Cancelled> {
  await ask(hub, signal, ({ rest }) => rest.actions.cancelWorkflowRun({ ...named(repo), run_id }));
  return {
    stopped: null,
    words: `GitHub was asked to cancel run ${run_id}; whether it ends shows on GitHub.`,
  };
}

export function rerunFailed(hub: Hub): Tool {
  const runOf = async (repo: string, run_id: number, signal: AbortSignal) =>
    (await ask(hub, signal, ({ rest }) => rest.actions.getWorkflowRun({ ...named(repo), run_id }))).data;
  return defineTool({
    ...{ name: "gh_rerun_failed", ...acting(hub) },
    description: "Runs the failed jobs of a workflow run again, and tells how that ends.",
    input: z.object({
      repo: repoInput(hub),
      run_id: z.int().min(1),
      attempt: z.int().min(1).describe("The attempt that failed, as gh_runs tells it: the last one."),
    }),
    preview: async ({ repo, run_id }, { signal }) => {
      const run = await runOf(repo, run_id, signal);
      const name = `${run.name ?? "a workflow"}: ${run.display_title}`;
      return `${name}\nattempt ${run.run_attempt}, ${run.conclusion ?? run.status}, on ${run.head_branch} at ${run.head_sha}`;
    },
    job: {
      handle: attemptSchema,
      everyMs,
      begin: async ({ repo, run_id, attempt }, { signal }) => {
        const { run_attempt: last, status } = await runOf(repo, run_id, signal);
        if (last !== attempt)
          throw new Error(`run ${run_id} is at attempt ${last} by now; look again with gh_runs`);
        if (status !== "completed") throw new Error(`attempt ${attempt} is ${status}; wait for its end`);
        await act(hub, signal, ({ rest }) =>
          rest.actions.reRunWorkflowFailedJobs({ ...named(repo), run_id }),
        );
        // GitHub's answer holds no id: the next attempt is ours.
        return { repo, run_id, attempt: attempt + 1 };
      },
      poll: (attempt, { signal }) => look(hub, attempt, signal),
      cancel: (attempt, { signal }) => stop(hub, attempt, signal),
    },
    reconcile: async ({ repo, run_id, attempt }, { signal }) => {
      const { run_attempt: last = attempt } = await runOf(repo, run_id, signal);
      if (last > attempt) return { type: "begun", handle: { repo, run_id, attempt: attempt + 1 } };
      // An accepted rerun may show a little later: nobody can say yet.
      return { type: "unknown" };
    },
  });
}

const dispatchedSchema = z.object({
  repo: z.string(),
  workflow: z.string(),
  run_id: z.int().nullable(),
  /** What the run's title holds, and from when it can be. */
  mark: z.string().nullable(),
  since: z.string(),
});
type Dispatched = z.infer<typeof dispatchedSchema>;

/** By its mark alone: a run that merely began at the right time may be somebody else's. */
async function findRun(hub: Hub, { repo, workflow, run_id, mark, since }: Dispatched, signal: AbortSignal) {
  if (run_id !== null || mark === null) return run_id;
  const narrow = { event: "workflow_dispatch", created: `>=${since}`, per_page: 100 } as const;
  const asked = { ...named(repo), workflow_id: workflow, ...narrow };
  const { data } = await ask(hub, signal, ({ rest }) => rest.actions.listWorkflowRuns(asked));
  return data.workflow_runs.find(({ display_title: title }) => title.includes(mark))?.id ?? null;
}

/** `keyInput`: an input of the workflows that they put into their `run-name`; it finds a run whose id GitHub did not tell. */
export function dispatch(hub: Hub, keyInput: string | null): Tool {
  return defineTool({
    ...{ name: "gh_dispatch", ...acting(hub) },
    description: "Starts a workflow that has workflow_dispatch, and tells how it ends.",
    input: z.object({
      repo: repoInput(hub),
      workflow: z
        .string()
        .max(200)
        .regex(/^[\w.-]+\.ya?ml$/)
        .describe("Its file's name, like deploy.yml."),
      ref: refInput.describe("A branch or tag."),
      inputs: z.array(z.object({ name: z.string().min(1).max(100), value: z.string().max(2_000) })).max(20),
    }),
    preview: async ({ repo, ref }, { signal }) => {
      const { data } = await ask(hub, signal, ({ rest }) => rest.repos.getCommit({ ...named(repo), ref }));
      return `${ref} is ${data.sha}: ${data.commit.message.split("\n")[0]}`;
    },
    job: {
      handle: dispatchedSchema,
      everyMs,
      begin: async ({ repo, workflow, ref, inputs }, { key, signal }) => {
        const mark = keyInput === null ? null : key;
        const values = {
          ...Object.fromEntries(inputs.map(({ name, value }) => [name, value])),
          ...(keyInput === null ? {} : { [keyInput]: key }),
        };
        const asked = {
          ...named(repo),
          workflow_id: workflow,
          ref,
          inputs: values,
          return_run_details: true,
        };
        const since = new Date(Date.now() - 60_000).toISOString();
        const answer = await act(hub, signal, ({ rest }) => rest.actions.createWorkflowDispatch(asked));
        return { repo, workflow, run_id: runIdIn(answer.data), mark, since };
      },
      poll: async (dispatched, { signal }) => {
        const run_id = await findRun(hub, dispatched, signal);
        if (run_id !== null) return look(hub, { repo: dispatched.repo, run_id, attempt: 1 }, signal);
        if (dispatched.mark !== null)
          return { type: "running", progress: "GitHub has not begun the run yet" };
        return { type: "lost", reason: "GitHub accepted it and told no run's id; look at its Actions page" };
      },
      cancel: async (dispatched, { signal }) => {
        const run_id = await findRun(hub, dispatched, signal);
        if (run_id === null)
          return { stopped: null, words: "Its run is not known, so it was not asked to stop." };
        return stop(hub, { repo: dispatched.repo, run_id, attempt: 1 }, signal);
      },
    },
    reconcile: async ({ repo, workflow }, { key, signal }): Promise<Reconciled<Dispatched>> => {
      if (keyInput === null) return { type: "unknown" };
      const since = new Date(Date.now() - 86_400_000).toISOString();
      const handle = { repo, workflow, run_id: null, mark: key, since };
      const run_id = await findRun(hub, handle, signal);
      return run_id === null ? { type: "unknown" } : { type: "begun", handle: { ...handle, run_id } };
    },
  });
}

/** Older servers answer nothing. */
function runIdIn(data: unknown): number | null {
  if (typeof data !== "object" || data === null || !("workflow_run_id" in data)) return null;
  return typeof data.workflow_run_id === "number" ? data.workflow_run_id : null;
}
