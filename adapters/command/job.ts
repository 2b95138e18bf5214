/**
 * A command that must run once, as a job that outlives the bot. Its folder, made atomically and named after the call's
 * key, is the claim to begin it; the wrapper's claim inside is the right to run it. So after a crash at any point it
 * is known whether it was begun, and whoever finds it not begun has first made sure that nobody begins it late.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import type { Cancelled, Polled, Reconciled } from "../../src/tools/contract.ts";
import { isAlive, type ProcessId } from "../../src/tools/process-id.ts";
import type { JobFolders, Seen } from "./job-folder.ts";
import { type Outcome, type Output, outcomeOf, type Reading } from "./outcome.ts";
import { lastLine } from "./progress.ts";
import { files, type Order } from "./records.ts";
import { signalGroup } from "./run-group.ts";

/** Names the job's folder. */
export interface Handle {
  job: string;
}

type Begin = Extract<Reconciled<Handle>, { type: "begun" | "not_done" | "unknown" }>;

const wrapper = join(import.meta.dirname, "wrapper.ts");
/** A look waits so long for the end of a short command, so that its run need not rest for it. */
const patienceMs = 1_000;
const lookEveryMs = 25;

/** Begins the job of this key, or finds it when it is begun already. Throws when it certainly was not begun. */
export async function beginJob(folders: JobFolders, key: string, order: Order): Promise<Handle> {
  const job = folders.nameOf(key);
  while (!(await folders.make(job))) {
    const seen = folders.look(job);
    if (seen.at === "running" || seen.at === "exited") return { job };
    // A lost one is begun anew only because a person said that it did not happen.
    if (seen.at === "lost" || seen.at === "void") await folders.retire(job);
    else if (seen.at === "unclaimed") await folders.retireUnclaimed(job);
  }
  await folders.prune(Date.now());
  const isClaimed = (await startWrapper(folders.path(job), order)).includes("claimed");
  if (isClaimed || !(await folders.retireUnclaimed(job))) return { job };
  throw new Error(`The command was not begun: its wrapper could not start. ${order.argv[0]} did not run.`);
}

/** What the wrapper says until it has claimed the job or is gone. */
async function startWrapper(path: string, order: Order): Promise<string> {
  const log = openSync(join(path, files.log), "a", 0o600);
  try {
    const child = spawn(process.execPath, [wrapper], {
      cwd: path,
      // Nothing of the bot's, and nothing of the command's: that comes with the order.
      env: {},
      detached: true,
      stdio: ["pipe", "pipe", log],
    });
    child.unref();
    if (!child.stdin || !child.stdout) throw new Error("the wrapper of the command could not be started");
    // Whoever dies before it has read its order has claimed nothing.
    child.stdin.on("error", () => {});
    child.stdin.end(JSON.stringify(order));
    const [said] = await Promise.all([text(child.stdout), once(child, "spawn")]);
    return said;
  } finally {
    closeSync(log);
  }
}

/** How far it is. */
export async function pollJob(
  folders: JobFolders,
  { job }: Handle,
  reading: Reading & { maxBytes: number },
  signal: AbortSignal,
): Promise<Polled> {
  const seen = await ended(folders, job, patienceMs, signal);
  switch (seen.at) {
    case "exited": {
      const outcome = outcomeIn(folders.path(job), seen.exit, reading);
      return outcome.ok
        ? { type: "done", result: outcome.text }
        : { type: "failed", message: outcome.message };
    }
    case "running":
      return { type: "running", progress: (await lastLine(folders.path(job))) || "running" };
    case "lost":
      return { type: "lost", reason: seen.reason };
    default:
      // It was begun, for it has a handle: no later look may take it for one that never was.
      await folders.markPruned(job);
      return { type: "lost", reason: "its record is gone" };
  }
}

/** Asks it to stop, waits for its end, and says what became of it. */
export async function cancelJob(
  folders: JobFolders,
  { job }: Handle,
  { program, graceMs }: { program: string; graceMs: number },
  signal: AbortSignal,
): Promise<Cancelled> {
  const seen = folders.look(job);
  if (seen.at === "running" && seen.wrapper) process.kill(seen.wrapper.pid, "SIGTERM");
  else if (seen.at === "running" && seen.group) await endGroup(seen.group, graceMs, signal);
  const after = await ended(folders, job, graceMs + 5_000, signal);
  if (after.at === "running")
    return { stopped: false, words: `${program} was asked to stop and still runs.` };
  if (after.at === "lost") {
    return seen.at === "running"
      ? { stopped: true, words: `${program} was ended. How far it came is not known.` }
      : { stopped: null, words: `It is not known how ${program} ended: ${after.reason}.` };
  }
  if (after.at !== "exited") return { stopped: null, words: `The record of ${program} is gone.` };
  const { because, code, signal: by } = after.exit;
  return because === "stopped"
    ? {
        stopped: true,
        words: `${program} was stopped (${by ?? `exit status ${code}`}); what it did until then stands.`,
      }
    : {
        stopped: false,
        words: `${program} had come to its end before it could be stopped (exit status ${code ?? by}).`,
      };
}

/** After a crash: it was begun, it was not and never will be, or nobody knows. */
export async function findJob(folders: JobFolders, key: string): Promise<Begin> {
  const job = folders.nameOf(key);
  for (;;) {
    const seen = folders.look(job);
    switch (seen.at) {
      case "running":
      case "exited":
        return { type: "begun", handle: { job } };
      case "none":
        return { type: "not_done" };
      case "lost":
      case "pruned":
        return { type: "unknown" };
      case "unclaimed":
      case "void":
        if (await folders.retireUnclaimed(job)) return { type: "not_done" };
    }
  }
}

async function ended(folders: JobFolders, job: string, withinMs: number, signal: AbortSignal): Promise<Seen> {
  const until = performance.now() + withinMs;
  for (;;) {
    const seen = folders.look(job);
    if (seen.at !== "running" || performance.now() >= until) return seen;
    await wait(lookEveryMs, undefined, { signal });
  }
}

/** The wrapper is gone and its command is not. */
async function endGroup(group: ProcessId, graceMs: number, signal: AbortSignal): Promise<void> {
  signalGroup(group.pid, "SIGTERM");
  const until = performance.now() + graceMs;
  while (isAlive(group) && performance.now() < until) await wait(lookEveryMs, undefined, { signal });
  if (isAlive(group)) signalGroup(group.pid, "SIGKILL");
}

function outcomeIn(path: string, exit: Extract<Seen, { at: "exited" }>["exit"], reading: Reading): Outcome {
  const output: Output = {
    stdout: readFileSync(join(path, files.stdout), "utf8"),
    stderr: readFileSync(join(path, files.stderr), "utf8"),
    omitted: exit.omitted,
  };
  return outcomeOf(exit, output, reading);
}
