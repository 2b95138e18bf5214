/** A job's folder and what it tells: whether its command was begun, goes on, and how it ended. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { isCode } from "../../src/core/system-error.ts";
import { bootId, isAlive, type ProcessId } from "../../src/tools/process-id.ts";
import { claimFile, type Exit, files, readJson, syncFolder } from "./records.ts";

/**
 * `unclaimed`: no process runs its command so far. `lost`: it is over, and how it ended is not known.
 * `group`: the command itself; null as long as it is not known.
 */
export type Seen =
  | { at: "none" | "unclaimed" | "void" | "pruned" }
  | { at: "running"; wrapper: ProcessId | null; group: ProcessId | null }
  | { at: "exited"; exit: Exit }
  | { at: "lost"; reason: string };

const keptMs = 30 * 86_400_000;

const processSchema = z.object({ pid: z.int(), startTime: z.string(), bootId: z.string() });
const claimSchema = z.union([z.object({ void: z.literal(true) }), processSchema]);
const exitSchema: z.ZodType<Exit> = z.object({
  because: z.enum(["exit", "timeout", "stopped", "not_started"]),
  code: z.number().nullable(),
  signal: z.string().nullable(),
  error: z.string().nullable(),
  omitted: z.number(),
});

/** All jobs of a bot. `root`: `<dataDir>/jobs`. */
export class JobFolders {
  readonly root: string;
  #prunedAt = 0;

  constructor(dataDir: string) {
    this.root = join(dataDir, "jobs");
  }

  /** The name of the job that a call's key stands for. */
  nameOf(key: string): string {
    return createHash("sha256").update(key).digest("hex").slice(0, 40);
  }

  path(job: string): string {
    return join(this.root, job);
  }

  /** Makes the folder that is the claim to begin this job. false: it is there already. */
  async make(job: string): Promise<boolean> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    try {
      await mkdir(this.path(job), { mode: 0o700 });
    } catch (error) {
      if (isCode(error, "EEXIST")) return false;
      throw error;
    }
    await rm(this.#markOf(job), { force: true });
    syncFolder(this.root);
    return true;
  }

  look(job: string): Seen {
    const path = this.path(job);
    if (!existsSync(path)) return { at: existsSync(this.#markOf(job)) ? "pruned" : "none" };
    const claim = claimSchema.nullable().parse(readJson(join(path, files.claim)));
    if (claim === null) return { at: "unclaimed" };
    if ("void" in claim) return { at: "void" };
    const command = processSchema.nullable().parse(readJson(join(path, files.command)));
    const isWatched = isAlive(claim);
    // Last, because whoever was alive a moment ago may have written it since.
    const exit = exitSchema.nullable().parse(readJson(join(path, files.exit)));
    if (exit) return { at: "exited", exit };
    if (isWatched) return { at: "running", wrapper: claim, group: command };
    if (command && isAlive(command)) return { at: "running", wrapper: null, group: command };
    return { at: "lost", reason: whyLost(claim) };
  }

  /**
   * Takes a job out of the way that nobody has begun; whoever comes late to begin it finds that he may not.
   * false: somebody has begun it.
   */
  async retireUnclaimed(job: string): Promise<boolean> {
    const path = this.path(job);
    const isVoid = claimFile(join(path, files.claim), { void: true }) || this.look(job).at === "void";
    if (isVoid) await this.retire(job);
    return isVoid;
  }

  /** Its name is free for another attempt; what it holds is kept for a while. */
  async retire(job: string): Promise<void> {
    await rename(this.path(job), `${this.path(job)}.void-${randomUUID()}`);
    syncFolder(this.root);
  }

  /** Its record is gone: that it was begun is remembered, in an empty file. */
  async markPruned(job: string): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    await writeFile(this.#markOf(job), "", { mode: 0o600 });
    syncFolder(this.root);
  }

  /** Forgets what ended a month ago; once a day. `now`: ms since the epoch. */
  async prune(now: number): Promise<void> {
    if (now - this.#prunedAt < keptMs / 30) return;
    this.#prunedAt = now;
    for (const entry of await readdir(this.root, { withFileTypes: true })) {
      const path = join(this.root, entry.name);
      if (!entry.isDirectory() || now - (await stat(path)).mtimeMs < keptMs) continue;
      if (!entry.name.includes(".void-")) {
        if (this.look(entry.name).at === "running") continue;
        await this.markPruned(entry.name);
      }
      await rm(path, { recursive: true, force: true });
    }
  }

  #markOf(job: string): string {
    return `${this.path(job)}.pruned`;
  }
}

function whyLost(claim: ProcessId): string {
  return claim.bootId === bootId()
    ? "the process that watched it was killed before it could note how it ended"
    : "the machine was started anew before it was noted how it ended";
}
