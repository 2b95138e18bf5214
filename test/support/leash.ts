/**
 * Preloaded into every process that tests start: kills it when its parent is gone, or when it has lived too long.
 * In a thread of its own, so that a process that is busy for ever obeys too.
 */
import { writeSync } from "node:fs";
import { Socket } from "node:net";
import { isMainThread, Worker, workerData } from "node:worker_threads";

/** The parent holds the other end of this pipe and never writes to it. */
const leash = 3;

/** What the thread of this file is given; other threads of the process load this file too and are left alone. */
interface Watch {
  leashLimitMs: number;
}

function hold(): void {
  const leashLimitMs = Number(process.env.TEST_CHILD_LIMIT_MS);
  // A process that this one starts in its turn has no such pipe.
  delete process.env.TEST_CHILD_LIMIT_MS;
  if (!(leashLimitMs > 0)) return;
  new Worker(import.meta.filename, { execArgv: [], workerData: { leashLimitMs } satisfies Watch }).unref();
}

function watch({ leashLimitMs }: Watch): void {
  const die = () => process.kill(process.pid, "SIGKILL");
  new Socket({ fd: leash, readable: true, writable: false }).on("close", die).on("error", die).resume();
  setTimeout(() => {
    writeSync(2, `killed: it has lived the ${leashLimitMs} ms that a process of a test may live\n`);
    die();
  }, leashLimitMs);
}

const given = workerData as Partial<Watch> | null;
if (isMainThread) hold();
else if (given?.leashLimitMs !== undefined) watch({ leashLimitMs: given.leashLimitMs });
