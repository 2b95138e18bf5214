/** An attempt of a workflow run, as a job: how far it is, how it ended, and how long it is waited for before it shows. */
import { z } from "zod";
import type { Cancelled, Polled } from "../../src/tools/contract.ts";
import { ask, missingAt } from "./errors.ts";
import { type Hub, named } from "./hub.ts";

export const attemptSchema = z.object({
  repo: z.string(),
  run_id: z.int(),
  attempt: z.int(),
  /** When GitHub accepted it, by its own clock; handles of former releases do not say. */
  since: z.string().exactOptional(),
});
type Attempt = z.infer<typeof attemptSchema>;

/** What GitHub has accepted it shows within seconds; what it does not show by then nobody waits for any longer. */
const patienceMinutes = 30;

/**
 * Not to be seen yet, or (after a time that is GitHub's own) a person's to look for. `what` goes on after "GitHub does not
 * show". `now`: ms since the epoch.
 */
export function awaited(what: string, since: string | undefined, now: number): Polled {
  const accepted = since === undefined ? null : Date.parse(since);
  if (accepted !== null && now - accepted <= patienceMinutes * 60_000)
    return { type: "running", progress: `GitHub does not show ${what} yet` };
  const when =
    accepted === null ? ", and when it accepted it is not known" : ` after ${patienceMinutes} minutes`;
  return {
    type: "lost",
    reason: `GitHub accepted it and does not show ${what}${when}; look at its Actions page`,
  };
}

export async function look(
  hub: Hub,
  { repo, run_id, attempt, since }: Attempt,
  signal: AbortSignal,
): Promise<Polled> {
  const asked = { ...named(repo), run_id, attempt_number: attempt };
  const found = await ask(hub, signal, ({ rest }) => rest.actions.getWorkflowRunAttempt(asked)).catch(
    (error: unknown) => {
      const at = missingAt(error);
      if (at === null) throw error;
      return at;
    },
  );
  // A rerun is begun some time after it was accepted.
  if (typeof found === "number") return awaited(`attempt ${attempt}`, since, found);
  const { status, conclusion, html_url: url } = found.data;
  if (status !== "completed") return { type: "running", progress: `attempt ${attempt} is ${status}` };
  const next = conclusion === "success" ? {} : { next: "gh_failed_log tells why" };
  return { type: "done", result: { run_id, attempt, conclusion, url, ...next } };
}

export async function stop(
  hub: Hub,
  { repo, run_id }: Pick<Attempt, "repo" | "run_id">,
  signal: AbortSignal,
): Promise<Cancelled> {
  await ask(hub, signal, ({ rest }) => rest.actions.cancelWorkflowRun({ ...named(repo), run_id }));
  return {
    stopped: null,
    words: `GitHub was asked to cancel run ${run_id}; whether it ends shows on GitHub.`,
  };
}
