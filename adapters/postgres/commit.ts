/** Writes a commit, and finds out what became of it when the connection breaks before the answer. */
import { setTimeout as pause } from "node:timers/promises";
import type { Pool, PoolClient } from "pg";
import type { Clock } from "../../src/core/ports/clock.ts";
import type { Commit, Committed } from "../../src/core/ports/commit.ts";
import { StoreError } from "../../src/core/ports/store-error.ts";
import { refusalOf } from "../../src/core/store/rows.ts";
import type { Announcer } from "./announce.ts";
import { commitStatement } from "./commit-statement.ts";
import { type Limits, withClient } from "./connection.ts";
import { isBusy, isLost, storeErrorOf, wasUndone } from "./errors.ts";
import { forgetRun } from "./forget.ts";
import { asWritten, found } from "./found.ts";
import { Group, isStep } from "./group.ts";
import { KeptConnection } from "./kept-connection.ts";
import { takePlace } from "./place.ts";
import { send } from "./statement.ts";

const firstPauseMs = 50;

/** `patienceMs`: how long it is tried to find out what became of a commit whose answer was lost. */
export interface CommitOptions {
  clock: Pick<Clock, "now">;
  patienceMs: Limits["patienceMs"];
  announcer: Announcer;
}

/** `close` comes before the pool's end, which waits for every connection. */
interface Committer {
  commit: (commit: Commit) => Promise<Committed>;
  close(): void;
}

interface Written {
  clock: Pick<Clock, "now">;
  /** For other processes, told with the commit; null: nothing. */
  announcement: string | null;
}

/** What is known of a commit on its way. */
interface Attempts {
  /** Undone by PostgreSQL, so often. */
  undone: number;
  /** It has left this process at least once. */
  sent: boolean;
  /** When an answer was lost, by a clock that never jumps; null: none was. */
  lostAt: number | null;
  pauseMs: number;
}

/**
 * A lost answer says nothing, so the commit is made again: the version that it expects is there only once. Refused
 * then, and with its own events in the log, it was written the first time. Steps that come at once go together.
 */
export function committer(pool: Pool, { clock, patienceMs, announcer }: CommitOptions): Committer {
  const group = new Group(pool);
  const kept = new KeptConnection(pool);

  async function alone(
    commit: Commit,
    attempts: Attempts,
    onOne: Pick<KeptConnection, "with"> = { with: (work) => withClient(pool, work) },
  ): Promise<Committed> {
    const announcement = announcer.within(commit);
    for (;;) {
      try {
        const committed = await onOne.with((client) => {
          attempts.sent = true;
          return attempt(client, commit, { clock, announcement });
        });
        const mayStand = !committed.ok && attempts.lostAt !== null;
        const stands = mayStand ? await onOne.with((client) => asWritten(client, commit)) : null;
        if ((committed.ok || stands) && announcement === null) announcer.later(commit);
        return stands ? success(stands) : committed;
      } catch (error) {
        await beforeNext(attempts, patienceMs, error);
      }
    }
  }

  /** What the others of its statement met with is no reason against this one: then it goes alone. */
  async function together(commit: Commit, attempts: Attempts): Promise<boolean> {
    const sent = () => {
      attempts.sent = true;
    };
    try {
      const written = await group.write(commit, sent);
      if (written) announcer.later(commit);
      return written;
    } catch (error) {
      if (!attempts.sent || isLost(error)) await beforeNext(attempts, patienceMs, error);
      return false;
    }
  }

  return {
    async commit(commit) {
      const attempts: Attempts = { undone: 0, sent: false, lostAt: null, pauseMs: firstPauseMs };
      if (!isStep(commit)) return alone(commit, attempts);
      if (group.isIdle) return group.alone(() => alone(commit, attempts, kept));
      return (await together(commit, attempts)) ? success(commit) : alone(commit, attempts);
    },
    close: () => kept.close(),
  };
}

/** Returns when another attempt is worth it. @throws the error else, as `uncertain` when an answer was lost */
async function beforeNext(attempts: Attempts, patienceMs: number, error: unknown): Promise<void> {
  if (wasUndone(error) && attempts.undone++ < 3) return;
  if (attempts.lostAt === null) {
    if (!attempts.sent || !isLost(error)) throw error;
    attempts.lostAt = performance.now();
  }
  const waited = performance.now() - attempts.lostAt + attempts.pauseMs;
  if (!isBusy(error) || waited > patienceMs) throw uncertain(error);
  await pause(attempts.pauseMs);
  attempts.pauseMs *= 2;
}

function uncertain(error: unknown): unknown {
  const known = storeErrorOf(error);
  if (!(known instanceof StoreError)) return error;
  return new StoreError(known.code, known.message, { cause: error, uncertain: true });
}

function success({ expect, events, claim }: Commit): Committed {
  return { ok: true, version: expect + events.length, ...(claim ? { claimed: true } : {}) };
}

async function attempt(client: PoolClient, commit: Commit, how: Written): Promise<Committed> {
  const { written, taken } =
    commit.inbox || commit.only || commit.forgets
      ? await inTransaction(client, commit, how)
      : { written: await write(client, commit, how), taken: null };
  if (written) return success(commit);
  const why = refusalOf(commit, { ...(await found(client, commit)), taken });
  return why ?? { ok: false, why: "conflict" };
}

/**
 * With an inbox key two rows must agree: the transaction undoes the one when the other is refused. What is forgotten
 * goes with the event that says so.
 */
async function inTransaction(client: PoolClient, commit: Commit, how: Written) {
  await client.query("BEGIN");
  const taken = commit.only ? await takePlace(client, commit.only, commit.runId) : null;
  const written = taken === null && (await write(client, commit, how));
  if (written && commit.forgets) await forgetRun(client, commit, commit.forgets);
  await client.query(written ? "COMMIT" : "ROLLBACK");
  return { written, taken };
}

async function write(client: PoolClient, commit: Commit, how: Written): Promise<boolean> {
  const { rowCount, rows } = await send<{ settled?: boolean }>(client, commitStatement(commit, how));
  return rowCount !== 0 && rows[0]?.settled !== false;
}
