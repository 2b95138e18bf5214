/** A worker in a process of its own that tells when it begins something, and how long that took to come there. */
import { setTimeout as pause } from "node:timers/promises";
import { startChild } from "../test/support/child.ts";
import { round } from "./bot.ts";

/** ms since the epoch, in fractions, the same in all processes of a machine. */
export const now = () => performance.timeOrigin + performance.now();

/** `script` says `ready`, then sends a number each time. */
export async function startWorker(script: string, ...args: string[]) {
  const child = startChild(script, args, { ipc: true });
  await child.says("ready\n");
  const heard: ((told: number) => void)[] = [];
  child.process.on("message", (told) => heard.shift()?.(Number(told)));
  return {
    next: () => new Promise<number>((resolve) => heard.push(resolve)),
    tell: (words: string) => void child.process.send(words),
    async stop() {
      child.process.kill("SIGKILL");
      await child.ended;
    },
  };
}

export type Worker = Awaited<ReturnType<typeof startWorker>>;

/** ms */
export interface Latency {
  p50: number;
  p99: number;
}

/**
 * `from`: makes something due; `over`: resolves when the other process has done it, before the next one comes. From the
 * answer of `from` to the beginning in the other process, 300 times.
 */
export async function latencyOf(
  worker: Worker,
  from: () => Promise<unknown>,
  over: () => Promise<void> = async () => {},
  pauseMs = 5,
): Promise<Latency> {
  const took: number[] = [];
  for (let n = 0; n < 320; n++) {
    const [began, done] = [worker.next(), over()];
    await from();
    const committed = now();
    took.push((await began) - committed);
    await done;
    await pause(pauseMs);
  }
  const sorted = took.slice(20).sort((a, b) => a - b);
  const at = (part: number) => round(sorted[Math.floor(sorted.length * part)] ?? Number.NaN, 2);
  return { p50: at(0.5), p99: at(0.99) };
}
