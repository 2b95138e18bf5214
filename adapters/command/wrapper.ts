/**
 * Stands between the bot and a job's command, in a process group of its own, and outlives the bot. Runs in the job's
 * folder, reads its order from its standard input, claims the job, says "claimed", runs the command, and writes down
 * how it ended. Whoever does not get the claim runs nothing: so a command runs once, however many wrappers are started.
 */
import { openSync, writeSync } from "node:fs";
import { json } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { identify } from "./process-id.ts";
import { claimFile, type Exit, files, type Order, writeFileWhole } from "./records.ts";
import { runGroup } from "./run-group.ts";

/** A disk that is full has room again some day; until then only this process knows how the command ended. */
const tries = 600;
const betweenMs = 1_000;

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
// The bot's terminal and its session are not ours.
process.on("SIGINT", () => {});
process.on("SIGHUP", () => {});
// Whoever started this may be dead.
process.stdout.on("error", () => {});

// An order that broke off is no order: nothing was begun.
const order = (await json(process.stdin)) as Order;
const self = identify(process.pid);
if (self && claimFile(files.claim, self)) await carryOut();

async function carryOut(): Promise<void> {
  process.stdout.end("claimed\n");
  const stdout = keeper(files.stdout);
  const stderr = keeper(files.stderr);
  const hears = { stdout: stdout.add, stderr: stderr.add, started: noteCommand };
  const end = await runGroup(order, order, hears, stop.signal);
  await note({ ...end, omitted: stdout.omitted() });
}

/** Should this process be killed, the command can still be found. */
function noteCommand(pid: number): void {
  const command = identify(pid);
  try {
    if (command) writeFileWhole(files.command, command);
  } catch (error) {
    process.stderr.write(`${files.command} was not written: ${error}\n`);
  }
}

/** Keeps the beginning of a stream in a file, and counts what it does not keep. */
function keeper(path: string): { add(piece: Buffer): void; omitted(): number } {
  const file = openSync(path, "w", 0o600);
  let room = order.maxBytes;
  let omitted = 0;
  const keep = (piece: Buffer): number => {
    try {
      return writeSync(file, piece);
    } catch (error) {
      process.stderr.write(`${path} was not written: ${error}\n`);
      return 0;
    }
  };
  const add = (piece: Buffer) => {
    const written = room > 0 ? keep(piece.subarray(0, room)) : 0;
    room -= written;
    omitted += piece.length - written;
  };
  return { add, omitted: () => omitted };
}

async function note(exit: Exit): Promise<void> {
  for (let left = tries; ; left--) {
    try {
      return writeFileWhole(files.exit, exit);
    } catch (error) {
      if (left === 0) throw error;
      process.stderr.write(`${files.exit} was not written: ${error}\n`);
      await wait(betweenMs);
    }
  }
}
