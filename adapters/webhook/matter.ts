/** Which runs take further reports of their matter in, and which have heard one. */
import type { Address } from "../../src/core/actor.ts";
import type { Inlet } from "../../src/core/ports/channel.ts";
import type { InboxKey } from "../../src/core/ports/deliveries.ts";
import { isEnded } from "../../src/core/text/status.ts";

/** A run that waits for people longer than this takes no more of its matter in: nobody may be looking at it. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Whether further reports of its matter belong to this run. One at its step limit does nothing any more, and one whose
 * question nobody answers would swallow every later alert: a new report starts a run of its own. That the matter is
 * over is told to any run that has not ended.
 */
export async function takesIn(
  store: Inlet["store"],
  runId: string,
  resolved: boolean,
  now: number,
): Promise<boolean> {
  const row = await store.run(runId);
  if (row === null || isEnded(row.status)) return false;
  if (resolved) return true;
  if (row.status === "max_steps_reached") return false;
  const since = row.status === "waiting_human_input" ? await askedSince(store, row.runId) : null;
  return since === null || now - since <= LONGEST_WAIT_MS;
}

/** A delivery's key for one of the runs that it is told to. */
export function keyForRun(key: string, runId: string): string {
  return `${key} ${runId}`;
}

/** Of a matter's runs that have not ended: one that heard the delivery before it was cut off, and all that have not. */
export async function whoHeard(
  store: Inlet["store"],
  matter: Address,
  { source, key }: InboxKey,
): Promise<{ heard: string | null; unheard: string[] }> {
  let heard: string | null = null;
  const unheard: string[] = [];
  for (const runId of await store.liveRunsAt(matter)) {
    const row = await store.inboxRow({ source, key: keyForRun(key, runId) });
    if (row?.runId) heard = runId;
    else unheard.push(runId);
  }
  return { heard, unheard };
}

/** When the oldest open question of a run was asked; null when it has none. */
async function askedSince(store: Inlet["store"], runId: string): Promise<number | null> {
  const { rows, unreadable } = await store.openQuestions({ runIds: [runId], limit: 1 });
  return (rows[0] ?? unreadable[0])?.askedAt ?? null;
}
