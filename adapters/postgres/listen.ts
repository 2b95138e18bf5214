/** Hears what other processes commit, on a connection of its own that comes back when it is lost. */
import { setTimeout as pause } from "node:timers/promises";
import type { Client, Pool } from "pg";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Changed } from "../../src/core/ports/commit.ts";
import { endedStatuses } from "../../src/core/text/status.ts";
import { type Announcer, announcementChannel } from "./announce.ts";
import { openConnection, type Place } from "./connection.ts";

/** A line that went silent is found by asking. */
const askMs = 10_000;
const againMs = 1_000;
/** What was committed shortly before the loss may not have been heard; clocks of machines differ as well. */
const overlapMs = 60_000;
/** More than that and whoever looks on loads everything anew anyway. */
const mostMissed = 1_000;

/** After `close` nothing more is told. */
export interface Listening {
  close(): Promise<void>;
}

/** Resolves after the first attempt, whether it came through or not. */
export async function listen(
  place: Place,
  pool: Pool,
  announcer: Announcer,
  clock: Pick<Clock, "now">,
  changed: (change: Changed) => void,
): Promise<Listening> {
  const closed = new AbortController();
  /** Since when nothing is heard; null: it is. */
  let deafSince: number | null = null;

  /** Resolves when the connection is lost. */
  async function hear(ready: () => void): Promise<void> {
    const client = openConnection(place, place.limits.answerMs);
    client.on("notification", ({ payload = "" }) => {
      const change = announcer.read(payload);
      if (change) changed(change);
    });
    const lost = new Promise<void>((resolve) => client.once("end", resolve));
    const stop = () => void client.end().catch(() => {});
    closed.signal.addEventListener("abort", stop);
    try {
      await client.connect();
      await client.query(`LISTEN ${announcementChannel}`);
      if (deafSince !== null) for (const change of await missed(pool, deafSince)) changed(change);
      deafSince = null;
      ready();
      await Promise.race([lost, silent(client, closed.signal)]);
    } catch {
      // Tried again.
    } finally {
      deafSince ??= clock.now();
      closed.signal.removeEventListener("abort", stop);
      await client.end().catch(() => {});
    }
  }

  async function forEver(ready: () => void): Promise<void> {
    while (!closed.signal.aborted) {
      await hear(ready);
      ready();
      await pause(againMs, undefined, { signal: closed.signal }).catch(() => {});
    }
  }

  const first = Promise.withResolvers<void>();
  const working = forEver(first.resolve);
  await first.promise;
  return {
    async close() {
      closed.abort();
      await working;
    },
  };
}

/** Resolves when the server does not answer any more. */
async function silent(client: Client, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      await pause(askMs, undefined, { signal, ref: false });
      await client.query("SELECT 1");
    }
  } catch {
    // Nobody answers, or the store was closed.
  }
}

async function missed(pool: Pool, since: number): Promise<Changed[]> {
  const { rows } = await pool.query<{ run_id: string; version: string; ended: boolean }>(
    `SELECT run_id, version, status = ANY($2) AS ended FROM runs
     WHERE updated_at >= $1 ORDER BY updated_at DESC LIMIT ${mostMissed}`,
    [since - overlapMs, endedStatuses],
  );
  return rows
    .map(({ run_id, version, ended }) => ({ runId: run_id, version: Number(version), ended, due: false }))
    .reverse();
}
