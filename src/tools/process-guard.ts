/**
 * What the bot starts for a call must not outlive it without an end. A process that was killed can end nobody any more,
 * so a second one, the guard, is told of each group of processes that begins and ends; it sees the end of its standard
 * input when the bot is gone, however that happened, and ends what is left. One guard for each bot, from its first group
 * on. What shall outlive the bot (a command that must run once) is not told to it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { join } from "node:path";
import { identify, type ProcessId, plainEnv } from "./process-id.ts";

/** How a group is ended without the bot; ms. */
export interface Left {
  /** So long it may take to end by itself. */
  lenienceMs: number;
  /** Between being asked to end (SIGTERM) and being ended (SIGKILL). */
  graceMs: number;
}

/** A line of the guard's standard input, as JSON. A group is named by its first process, which may end before the rest. */
export type Told = { ended: number } | { began: ProcessId; left: Left };

const script = join(import.meta.dirname, "guard.ts");
const groups = new Map<number, Extract<Told, { began: unknown }>>();
let guard: ChildProcess | null = null;

/** A group that ends with the bot, between its beginning and its end. */
export interface Guarded {
  /** At once after its start: until then a kill of the bot leaves it behind. */
  began(pid: number | undefined): void;
  ended(): void;
}

/** Before the group is started, so that its guard is there when it begins. */
export function guarded(left: Left): Guarded {
  let known: number | null = null;
  // There are no groups of processes on Windows.
  if (guard === null && process.platform !== "win32") start();
  return {
    began: (pid) => {
      // Identified here: by the time that the guard hears of it, its number may be another's.
      const leader = pid === undefined ? null : identify(pid, plainEnv);
      if (leader === null) return;
      const told = { began: leader, left };
      known = leader.pid;
      groups.set(known, told);
      if (guard !== null) tell(guard, told);
    },
    ended: () => {
      if (known === null) return;
      groups.delete(known);
      if (guard !== null) tell(guard, { ended: known });
    },
  };
}

/** When it can't be started, which the system says at once or later, calls go on without it. */
function start(): void {
  const child = begun();
  guard = child;
  if (child === null) return;
  const over = () => {
    if (guard === child) guard = null;
  };
  child.once("error", over).once("exit", over).unref();
  child.stdin?.on("error", over);
  if (child.stdin instanceof Socket) child.stdin.unref();
  for (const told of groups.values()) tell(child, told);
}

function begun(): ChildProcess | null {
  try {
    return spawn(process.execPath, [script], {
      // In a session of its own: who ends the bot's group must not end it first. None of the bot's secrets.
      ...{ cwd: "/", env: plainEnv, detached: true, stdio: ["pipe", "ignore", "ignore"] },
    });
  } catch {
    return null;
  }
}

function tell({ stdin }: ChildProcess, told: Told): void {
  stdin?.write(`${JSON.stringify(told)}\n`);
}
