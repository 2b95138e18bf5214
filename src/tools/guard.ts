/**
 * Ends what a killed bot left behind (process-guard.ts). Runs as a process of its own: its standard input says which
 * groups of processes begin and end, and ends when the bot does.
 */
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { readJson } from "../core/text/json.ts";
import type { Left, Told } from "./process-guard.ts";
import { identify, isAlive, type ProcessId } from "./process-id.ts";

const lookEveryMs = 25;

// Who ends the bot means the bot; this process ends with it, after its work.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

const groups = new Map<number, Left & { leader: ProcessId }>();
for await (const line of createInterface({ input: process.stdin })) hear(line);
await Promise.all([...groups.values()].map(end));

function hear(line: string): void {
  const read = readJson(line);
  // The bot may have been killed in the middle of the last one.
  if ("flaw" in read) return;
  const told = read.value as Told;
  if ("ended" in told) groups.delete(told.ended);
  else {
    const leader = identify(told.began);
    if (leader !== null) groups.set(told.began, { ...told.left, leader });
  }
}

async function end({ leader, lenienceMs, graceMs }: Left & { leader: ProcessId }): Promise<void> {
  if (!(await isOver(leader, lenienceMs))) {
    signal(leader, "SIGTERM");
    await isOver(leader, graceMs);
  }
  // No other group can have its number as long as one of its processes is there; another process without it may.
  if (isAlive(leader) || identify(leader.pid) === null) signal(leader, "SIGKILL");
}

async function isOver(leader: ProcessId, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (isAlive(leader) && performance.now() < until) await wait(lookEveryMs);
  return !isAlive(leader);
}

function signal({ pid }: ProcessId, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // Nobody is left to hear it.
  }
}
