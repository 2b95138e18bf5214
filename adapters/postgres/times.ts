/** Wakes all processes at the moment when a run's sleep or deadline is over: nothing else does so on time. */
import type { Pool } from "pg";
import type { WakesLog } from "./lane.ts";
import { tellTimed } from "./sweep.ts";

/** What is later is seen by a sweep in time, here or in another process. */
const soonMs = 6_000;
/** The database's clock decides: asked a moment too early it would have to be asked again. */
const afterMs = 2;

/** One timer per process, however many runs wait: for the earliest time that is near. */
export interface Times {
  /** Something is due in so many ms; null: nothing is. */
  comesIn(ms: number | null): void;
  stop(): Promise<void>;
}

/** `pool`: null before the start. */
export function openTimes(pool: () => Pool | null, log: WakesLog): Times {
  let timer: NodeJS.Timeout | undefined;
  let firesAt = Number.POSITIVE_INFINITY;
  let telling: Promise<void> = Promise.resolve();
  let stopped = false;

  function comesIn(ms: number | null): void {
    if (stopped || ms === null || ms <= 0 || ms > soonMs) return;
    const at = performance.now() + ms + afterMs;
    if (at >= firesAt) return;
    firesAt = at;
    clearTimeout(timer);
    timer = setTimeout(fire, ms + afterMs);
    timer.unref();
  }

  function fire(): void {
    firesAt = Number.POSITIVE_INFINITY;
    telling = tell().catch((error: unknown) => log.debug({ err: error }, "telling what is due failed"));
  }

  async function tell(): Promise<void> {
    const on = pool();
    if (on) comesIn(await tellTimed(on));
  }

  return {
    comesIn,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await telling;
    },
  };
}
