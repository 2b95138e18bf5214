/** One holder among all processes on a database: an advisory lock of a session that ends with its process. */
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "pg";
import type { Duty, Hold } from "../../src/core/ports/hold.ts";
import { defaultLimits, type Limits, openConnection } from "./connection.ts";
import { storeErrorOf } from "./errors.ts";
import type { WakesLog } from "./lane.ts";

/** Any number, the same in every release. */
const holderLock = 72_616_480;
const askMs = 3_000;
const answerMs = 5_000;
/** The server ends a session that is silent for so long: a holder that sleeps must not keep the lock. */
const silentMs = 10_000;
/** Before the server lets go of the lock of a session that it hears nothing of, its holder has dropped the duty. */
const surelyMs = silentMs - 1_000;

/** `limits` are in ms; without them `defaultLimits` hold. */
export interface HoldOptions {
  url: string;
  log: WakesLog;
  limits?: Limits;
}

/**
 * The lock is asked for every 3 s. Once had, it is kept by asking for an answer every 3 s. Whoever gets none within 5 s
 * has lost it: the duty is dropped first, and then the session is ended and with it the lock, so that at no moment two
 * have it. A process that was asleep drops its duty as soon as it wakes.
 */
export function openHold({ url, log, limits = defaultLimits }: HoldOptions): Hold {
  const closed = new AbortController();
  let working: Promise<void> = Promise.resolve();
  /** Taking up a duty may take long; the lock is kept meanwhile. */
  let changing: Promise<void> = Promise.resolve();
  let held = false;
  /** Drops the duty, unless the lock is known to be ours once more before. */
  let dropping: NodeJS.Timeout | undefined;

  function become(holder: boolean, duty: Duty): void {
    if (held === holder) return;
    held = holder;
    log.debug({ holder }, "holder of what only one process may do");
    changing = changing
      .then(() => (holder ? duty.take() : duty.drop()))
      .catch((error: unknown) => log.warn({ err: error, holder }, "changing the holder failed"));
  }

  /** `askedAt`: from then on the server waits for the next question. */
  function keepUntilSilent(askedAt: number, duty: Duty): void {
    clearTimeout(dropping);
    dropping = setTimeout(() => become(false, duty), askedAt + surelyMs - performance.now());
  }

  async function once(client: Client, duty: Duty, ready: () => void): Promise<void> {
    await client.connect();
    await client.query(`SET idle_session_timeout = ${silentMs}`);
    for (let mine = false; !closed.signal.aborted; ) {
      const askedAt = performance.now();
      mine = await askFor(client, mine);
      if (mine) keepUntilSilent(askedAt, duty);
      become(mine, duty);
      ready();
      await pause(askMs, undefined, { signal: closed.signal }).catch(() => {});
    }
  }

  async function forEver(duty: Duty, ready: () => void): Promise<void> {
    while (!closed.signal.aborted) {
      const client = openConnection({ url, limits }, answerMs);
      try {
        await once(client, duty, ready);
      } catch (error) {
        log.debug({ err: storeErrorOf(error) }, "asking for the holder's lock failed");
      }
      clearTimeout(dropping);
      become(false, duty);
      await changing;
      await client.end().catch(() => {});
      ready();
      await pause(1_000, undefined, { signal: closed.signal }).catch(() => {});
    }
  }

  return {
    async start(duty) {
      const first = Promise.withResolvers<void>();
      working = forEver(duty, first.resolve);
      await first.promise;
    },
    async stop() {
      closed.abort();
      await working;
    },
  };
}

/** Asked for again while it is had, the same lock would count twice. */
async function askFor(client: Client, mine: boolean): Promise<boolean> {
  const { rows } = await client.query<{ mine: boolean }>(
    mine ? "SELECT true AS mine" : `SELECT pg_try_advisory_lock(${holderLock}) AS mine`,
  );
  return rows[0]?.mine === true;
}
