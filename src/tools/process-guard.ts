/**
 * What the bot starts for a call must not outlive it without an end. A process that was killed can end nobody any more,
 * so a second one, the guard, is told of each group of processes that begins and ends; it sees the end of its standard
 * input when the bot is gone, however that happened, and ends what is left. One guard for each bot, from its first group
 * on. What shall outlive the bot (a command that must run once) is not told to it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import { join } from "node:path";

/** How a group is ended without the bot; ms. */
export interface Left {
  /** So long it may take to end by itself. */
  lenienceMs: number;
  /** Between being asked to end (SIGTERM) and being ended (SIGKILL). */
  graceMs: number;
}

/** A line of the guard's standard input, as JSON. The group is named by the pid of its first process. */
export type Told = { ended: number } | { began: number; left: Left };

const script = join(import.meta.dirname, "guard.ts");
const groups = new Map<number, Left>();
let guard: ChildProcess | null = null;

/** From now on the group of this process ends with the bot. Call what it gives when it has ended. */
export function guarded(pid: number, left: Left): () => void {
  // There are no groups of processes there.
  if (process.platform === "win32") return () => {};
  groups.set(pid, left);
  if (guard === null) start();
  else tell(guard, { began: pid, left });
  return () => {
    groups.delete(pid);
    if (guard !== null) tell(guard, { ended: pid });
  };
}

/** When it can't be started the call goes on without it. */
function start(): void {
  const child = spawn(process.execPath, [script], {
    // In a session of its own: who ends the bot's group must not end it first.
    ...{ cwd: "/", env: {}, detached: true, stdio: ["pipe", "ignore", "ignore"] },
  });
  guard = child;
  const over = () => {
    if (guard === child) guard = null;
  };
  child.once("error", over).once("exit", over).unref();
  child.stdin?.on("error", over);
  if (child.stdin instanceof Socket) child.stdin.unref();
  for (const [pid, left] of groups) tell(child, { began: pid, left });
}

function tell({ stdin }: ChildProcess, told: Told): void {
  stdin?.write(`${JSON.stringify(told)}\n`);
}
