/** Launches runs at the times that cron expressions name; what was missed while nothing ran is launched once. */
import { Cron } from "croner";
import { type Address, threadAt } from "../core/actor.ts";
import type { Inlet } from "../core/ports/channel.ts";
import type { Clock } from "../core/ports/clock.ts";
import { noteKinds, readNote, writeNote } from "../core/store/notes.ts";

/** When to launch what, and where it speaks. */
export interface Schedule {
  /** `^[a-z0-9][a-z0-9-]{0,62}$`; the principal is `schedule:<name>`. */
  name: string;
  /** Five fields: minute, hour, day, month, weekday. */
  cron: string;
  /** `Europe/Berlin`; a time that a change of the clocks skips or repeats fires once. */
  timeZone: string;
  agent: string;
  task: string;
  /** `slack:T1/C1`: each run in a thread of its own. null: the console only. */
  speaksAt: Address | null;
}

/** `inlet`: where launches go and the last fire of each schedule is noted. */
export interface ScheduleOptions {
  inlet: Pick<Inlet, "launch"> & { store: Pick<Inlet["store"], "note" | "saveNote"> };
  schedules: readonly Schedule[];
  clock: Pick<Clock, "now">;
  log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
}

/** `begun`: it is known since when these times hold. */
interface Watched {
  schedule: Schedule;
  cron: Cron;
  begun: boolean;
}

/** Looked at again at least this often, so that a clock that was set is noticed. */
const LONGEST_WAIT_MS = 60_000;
const RETRY_MS = 30_000;

/**
 * Catches up, then waits with one timer for all. Several processes may do this at once: the launch is deduplicated by
 * the time it is for.
 * @throws TypeError or RangeError when an expression or a time zone can't be read
 */
export async function startSchedules(options: ScheduleOptions): Promise<{ stop(): Promise<void> }> {
  const watched: Watched[] = options.schedules.map((schedule) => ({
    schedule,
    cron: readCron(schedule),
    begun: false,
  }));
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let working: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    const waits = await Promise.all(watched.map((one) => fireIfDue(options, one)));
    if (stopped || waits.length === 0) return;
    timer = setTimeout(
      () => {
        working = look();
      },
      Math.min(...waits, LONGEST_WAIT_MS),
    );
  }

  working = look();
  await working;
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await working;
    },
  };
}

/**
 * Parsed once; never runs by itself.
 * @throws TypeError or RangeError, in words for whoever wrote it
 */
function readCron({ cron, timeZone }: Pick<Schedule, "cron" | "timeZone">): Cron {
  // Cron itself would notice an unknown zone only at its first use.
  Intl.DateTimeFormat("en", { timeZone });
  return new Cron(cron, { paused: true, timezone: timeZone, mode: "5-part" });
}

/** Fires when a time has come since the last fire. Returns the ms until the next look; never throws. */
async function fireIfDue(options: ScheduleOptions, watched: Watched): Promise<number> {
  const { schedule, cron } = watched;
  const now = options.clock.now();
  try {
    const { store } = options.inlet;
    const last = watched.begun ? await lastFire(store, schedule, now) : await firstLook(store, schedule, now);
    watched.begun = true;
    const due = cron.previousRuns(1, new Date(now + 1))[0];
    if (due && due.getTime() > last) {
      await fire(options, schedule, due);
      await noteFire(options.inlet.store, schedule, due);
    }
  } catch (error) {
    options.log.warn({ schedule: schedule.name, err: error }, "schedule could not fire, will try again");
    return RETRY_MS;
  }
  const next = cron.nextRun(new Date(now));
  return next === null ? LONGEST_WAIT_MS : Math.max(0, next.getTime() - options.clock.now());
}

type Notes = ScheduleOptions["inlet"]["store"];

/**
 * ms since the epoch. A schedule with other times than before starts now: what it would have fired before was never
 * missed. Asked once: while a process with the former times is still there, each fires at its own.
 */
async function firstLook(store: Notes, schedule: Schedule, now: number): Promise<number> {
  const { name, cron, timeZone } = schedule;
  const times = `${cron} ${timeZone}`;
  const before = await readNote(store, noteKinds.scheduleTimes, name);
  const isOther = before !== null && before !== times;
  if (isOther) await noteFire(store, schedule, new Date(now));
  if (before !== times) await writeNote(store, noteKinds.scheduleTimes, { of: name, value: times });
  return lastFire(store, schedule, now);
}

/**
 * ms since the epoch. A new schedule starts now. So does one of which a clock that ran ahead has noted something: it
 * would be silent until then.
 */
async function lastFire(store: Notes, schedule: Schedule, now: number): Promise<number> {
  const fired = await readNote(store, noteKinds.scheduleFired, schedule.name);
  const at = fired === null ? Number.POSITIVE_INFINITY : Date.parse(fired);
  if (at <= now) return at;
  await noteFire(store, schedule, new Date(now));
  return now;
}

function noteFire(store: Notes, { name }: Schedule, at: Date): Promise<void> {
  return writeNote(store, noteKinds.scheduleFired, { of: name, value: at.toISOString() });
}

async function fire({ inlet, log }: ScheduleOptions, schedule: Schedule, due: Date): Promise<void> {
  const principal = `schedule:${schedule.name}`;
  const place = schedule.speaksAt && threadAt(schedule.speaksAt, `${schedule.name}-${due.getTime()}`);
  const submitted = await inlet.launch(
    schedule.agent,
    {
      task: schedule.task,
      actor: {
        principal,
        name: `schedule ${schedule.name}`,
        groups: [],
        guest: false,
        kind: "machine",
        asked: "nothing",
      },
      via: { channel: "schedule" },
      addresses: place === null ? [] : [place],
      context: [],
      trusted: true,
      follows: null,
      parent: null,
    },
    { source: "schedule", key: `schedule:${schedule.name}:${due.toISOString()}` },
  );
  const fields = { schedule: schedule.name, due: due.toISOString() };
  if (submitted.ok) log.info({ ...fields, run: submitted.runId }, "schedule fired");
  else log.warn({ ...fields, code: submitted.refusal.code }, "scheduled launch refused");
}
