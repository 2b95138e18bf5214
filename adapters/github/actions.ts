/** Workflows set going, as jobs: the failed jobs of a run again, or a workflow by hand. */
import { z } from "zod";
import type { Reconciled, Tool } from "../../src/tools/contract.ts";
import { defineTool } from "../../src/tools/define-tool.ts";
import { attemptSchema, awaited, look, stop } from "./attempt.ts";
import { type Dispatched, dispatchedSchema, isoDate, mostListed, runFinder } from "./dispatched.ts";
import { act, answeredAt, ask, missingAt } from "./errors.ts";
import { acting, type Hub, named, refInput, repoInput } from "./hub.ts";

const everyMs = 10_000;

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
        const answer = await act(hub, signal, ({ rest }) =>
          rest.actions.reRunWorkflowFailedJobs({ ...named(repo), run_id }),
        );
        // GitHub's answer holds no id: the next attempt is ours.
        return { repo, run_id, attempt: attempt + 1, since: isoDate(answeredAt(answer)) };
      },
      poll: (attempt, { signal }) => look(hub, attempt, signal),
      cancel: (attempt, { signal }) => stop(hub, attempt, signal),
    },
    reconcile: async ({ repo, run_id, attempt }, { signal }) => {
      const next = { repo, run_id, attempt: attempt + 1 };
      const asked = { ...named(repo), run_id, attempt_number: next.attempt };
      try {
        const answer = await ask(hub, signal, ({ rest }) => rest.actions.getWorkflowRunAttempt(asked));
        return { type: "begun", handle: { ...next, since: isoDate(answeredAt(answer)) } };
      } catch (error) {
        // An accepted rerun may show a little later: nobody can say yet.
        if (missingAt(error) !== null) return { type: "unknown" };
        throw error;
      }
    },
  });
}

/** Not found, and not absent either. */
const unseenRun = `the run among the ${mostListed} that it lists of that time, of which there are more`;

/**
 * `keyInput`: an input of the workflows that they put into their `run-name`; it finds a run
 * whose id GitHub did not tell.
 */
export function dispatch(hub: Hub, keyInput: string | null): Tool {
  const findRun = runFinder(hub);
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
        const answer = await act(hub, signal, ({ rest }) => rest.actions.createWorkflowDispatch(asked));
        const since = isoDate(answeredAt(answer));
        return { repo, workflow, run_id: runIdIn(answer.data), mark, since };
      },
      poll: async ({ repo, workflow, run_id: told, mark, since }, { signal }) => {
        if (told !== null) return look(hub, { repo, run_id: told, attempt: 1, since }, signal);
        if (mark === null) {
          return {
            type: "lost",
            reason: "GitHub accepted it and told no run's id; look at its Actions page",
          };
        }
        const { run_id, at, isWhole } = await findRun({ repo, workflow, mark, since }, signal);
        if (run_id === null) return awaited(isWhole ? "the run" : unseenRun, since, at);
        return look(hub, { repo, run_id, attempt: 1, since }, signal);
      },
      cancel: async ({ repo, workflow, run_id: told, mark, since }, { signal }) => {
        const found =
          told === null && mark !== null ? await findRun({ repo, workflow, mark, since }, signal) : null;
        const run_id = told ?? found?.run_id ?? null;
        if (run_id === null)
          return { stopped: null, words: "Its run is not known, so it was not asked to stop." };
        return stop(hub, { repo, run_id }, signal);
      },
    },
    reconcile: async ({ repo, workflow }, { key, signal }): Promise<Reconciled<Dispatched>> => {
      if (keyInput === null) return { type: "unknown" };
      const sought = { repo, workflow, mark: key };
      const { run_id, at } = await findRun({ ...sought, since: null }, signal);
      if (run_id === null) return { type: "unknown" };
      return { type: "begun", handle: { ...sought, run_id, since: isoDate(at) } };
    },
  });
}

/** Older servers answer nothing. */
function runIdIn(data: unknown): number | null {
  if (typeof data !== "object" || data === null || !("workflow_run_id" in data)) return null;
  return typeof data.workflow_run_id === "number" ? data.workflow_run_id : null;
}
