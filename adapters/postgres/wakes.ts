/** Wake-ups between processes: graphile-worker on the same database carries them. */
import type { Pool } from "pg";
import type { RunWakeUp, Wakes, WhenDue } from "../../src/core/ports/wakes.ts";
import { defaultLimits, type Limits, openPool } from "./connection.ts";
import { storeErrorOf } from "./errors.ts";
import { taskNames } from "./jobs.ts";
import { Lane, type WakesLog } from "./lane.ts";
import { freeJobs, sweepOnce } from "./sweep.ts";
import { openTimes } from "./times.ts";

/** A run whose holder died is due 15 s later, and found by then within this time. */
const sweepMs = 2_500;
/**
 * A process that is full by jobs takes this part of its room ahead at most: what it holds and can't begin, another one
 * could. One that is full by its own launches takes as many jobs again; the next sweep makes another of each.
 */
const aheadPart = 1 / 20;
/** Of what its sweeps found a process has begun so many at a time by itself, at most: all the others come as jobs. */
const foundAtOnce = 10;
/** Every so many sweeps jobs of dead processes are freed. */
const freeEvery = 24;

/** `runsAtOnce`: how many runs this process drives side by side; without it 200. */
export interface WakesOptions {
  url: string;
  log: WakesLog;
  limits?: Limits;
  runsAtOnce?: number;
}

/**
 * Two lanes, so that runs that take long keep no message and no post waiting. A job is a hint: what it is about is
 * claimed in the store, and a second job for it finds nothing to do.
 */
export function openWakes({ url, log, limits = defaultLimits, runsAtOnce = 200 }: WakesOptions): Wakes {
  const place = { url, limits };
  const ahead = Math.ceil(runsAtOnce * aheadPart);
  let pool: Pool | null = null;
  let lanes: Lane[] = [];
  let timer: NodeJS.Timeout | null = null;
  let sweeping: Promise<void> = Promise.resolve();
  let sweeps = 0;
  let begun = 0;
  let alone = false;
  const times = openTimes(() => pool, log);

  async function sweepNow(due: WhenDue, on: Pool): Promise<void> {
    try {
      const swept = await sweepOnce(on, due, foundAtOnce - begun);
      alone = swept.alone;
      times.comesIn(swept.nextInMs);
      for (const wakeUp of swept.found) void begin(wakeUp, due.run);
      if (++sweeps % freeEvery === 0) await freeJobs(on);
    } catch (error) {
      alone = false;
      log.debug({ err: storeErrorOf(error) }, "sweeping failed");
    }
    timer?.refresh();
  }

  async function begin(wakeUp: RunWakeUp, run: WhenDue["run"]): Promise<void> {
    begun++;
    await run?.(wakeUp).catch((error: unknown) =>
      log.debug({ err: error }, "a run that was found was not begun"),
    );
    begun--;
  }

  return {
    async start(due) {
      const { run } = due;
      const on = openPool(place, 1);
      pool = on;
      const drive: Lane[] = run
        ? [new Lane({ place, log, atOnce: runsAtOnce, ahead, tasks: () => runTask(run) })]
        : [];
      lanes = [...drive, new Lane({ place, log, atOnce: 10, ahead: 10, tasks: () => hintTasks(due) })];
      await Promise.all(lanes.map((lane) => lane.start()));
      // One after the other, so that a stop waits for each of them.
      const sweepNext = () => {
        sweeping = sweeping.then(() => sweepNow(due, on));
      };
      timer = setTimeout(sweepNext, sweepMs);
      timer.unref();
      // What was lost while no process was there waits no longer.
      sweepNext();
    },
    soon: (at) => times.comesIn(at - Date.now()),
    refresh() {
      lanes.at(-1)?.restart();
    },
    worksAlone: () => alone,
    async stop() {
      if (timer) clearTimeout(timer);
      timer = null;
      await sweeping;
      await times.stop();
      await Promise.all(lanes.map((lane) => lane.stop()));
      await pool?.end();
    },
  };
}

function runTask(run: (wakeUp: RunWakeUp) => Promise<void>) {
  return {
    async [taskNames.run](payload: unknown) {
      const isOurs = typeof payload === "object" && payload !== null && "runId" in payload;
      if (!isOurs || typeof payload.runId !== "string") return;
      await run({
        runId: payload.runId,
        dueAt: "dueAt" in payload ? Number(payload.dueAt) : 0,
        // Jobs of a former release say nothing of it.
        epoch: "epoch" in payload ? Number(payload.epoch) : null,
      });
    },
  };
}

function hintTasks({ channels, posts, inbox }: WhenDue) {
  return Object.fromEntries(
    channels().flatMap((channel) => [
      [taskNames.posts(channel), async () => posts()],
      [taskNames.inbox(channel), async () => inbox()],
    ]),
  );
}
