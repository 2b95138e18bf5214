/**
 * Ends what a killed bot left behind (process-guard.ts). Runs as a process of its own: its standard input says which
 * groups of processes begin and end, and ends when the bot does.
 */
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { readJson } from "../core/text/json.ts";
import type { Told } from "./process-guard.ts";
import { identify, isAlive, type ProcessId } from "./process-id.ts";

const lookEveryMs = 25;

// Who ends the bot means the bot; this process ends with it, after its work.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});

type Group = Extract<Told, { began: unknown }>;

const groups = new Map<number, Group>();
for await (const line of createInterface({ input: process.stdin })) hear(line);
await Promise.all([...groups.values()].map(end));

function hear(line: string): void {
  const read = readJson(line);
  // The bot may have been killed in the middle of the last one.
  if ("flaw" in read) return;
  const told = read.value as Told;
  if ("ended" in told) groups.delete(told.ended);
  else groups.set(told.began.pid, told);
}

async function end({ began: leader, left: { lenienceMs, graceMs } }: Group): Promise<void> {
  if (!(await isOver(leader, lenienceMs))) {
    signal(leader, "SIGTERM");
    await isOver(leader, graceMs);
  }
  // Also without its leader: its number is given to nobody else as long as one of its processes is there.
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
