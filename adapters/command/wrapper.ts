/**
 * Stands between the bot and a job's command, in a process group of its own, and outlives the bot. Runs in
 * the job's folder, reads its order from its standard input, claims the job, says "claimed", runs the
 * command, and writes down how it ended. Whoever does not get the claim runs nothing: so a command runs once,
 * however many wrappers are started.
 */
import { fstatSync, ftruncateSync, openSync } from "node:fs";
import { json } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { identify } from "../../src/tools/process-id.ts";
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
  const stdout = keptFile(files.stdout);
  const stderr = keptFile(files.stderr);
  const cutting = setInterval(() => [stdout, stderr].map((kept) => kept.cut()), betweenMs);
  const output = { files: [stdout.file, stderr.file] as const, started: noteCommand };
  const end = await runGroup(order, order, output, stop.signal);
  clearInterval(cutting);
  stderr.cut();
  await note({ ...end, omitted: stdout.cut() });
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

/**
 * A file that the command writes into by itself, so that it goes on when this process is killed. It is kept short by
 * cutting off what is too much; `cut` tells how many bytes were cut off so far.
 */
function keptFile(path: string): { file: number; cut(): number } {
  // Appending: what is written after a cut stands at the new end.
  const file = openSync(path, "a", 0o600);
  let omitted = 0;
  const cut = () => {
    const more = fstatSync(file).size - order.maxBytes;
    if (more > 0) {
      ftruncateSync(file, order.maxBytes);
      omitted += more;
    }
    return omitted;
  };
  return { file, cut };
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
