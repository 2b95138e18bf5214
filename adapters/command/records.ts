/** The files in a job's folder: written whole or not at all, and on the disk before anything follows from them. */
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { isCode } from "../../src/core/system-error.ts";
import type { ProcessId } from "../../src/tools/process-id.ts";
import type { GroupEnd, Limits, Program } from "./run-group.ts";

/** What the wrapper is told on its standard input: no secret of it is ever on the disk. */
export interface Order extends Program, Limits {
  /** Of each output file. */
  maxBytes: number;
}

/** Who may run the job's command: one process, or (void) nobody any more. */
export type Claim = ProcessId | { void: true };

/** How the command ended. */
export interface Exit extends GroupEnd {
  /** Bytes of stdout that were not kept. */
  omitted: number;
}

/** In the job's folder. */
export const files = {
  claim: "claim.json",
  /** The command itself: who the wrapper started. */
  command: "command.json",
  exit: "exit.json",
  stdout: "stdout",
  stderr: "stderr",
  /** What the wrapper itself says, should it fail. */
  log: "wrapper.log",
} as const;

/** Written once; the first one wins, whoever it is. false: it is there already, or its folder is gone. */
export function claimFile(path: string, content: Claim): boolean {
  const draft = `${path}.${process.pid}`;
  try {
    writeDurably(draft, content);
    linkSync(draft, path);
  } catch (error) {
    if (isCode(error, "EEXIST", "ENOENT")) return false;
    throw error;
  } finally {
    unlinkIfThere(draft);
  }
  syncFolder(dirname(path));
  return true;
}

/** Durable when it returns; a reader sees the old file or the new one. */
export function writeFileWhole(path: string, content: ProcessId | Exit): void {
  const draft = `${path}.${process.pid}`;
  writeDurably(draft, content);
  renameSync(draft, path);
  syncFolder(dirname(path));
}

/** null: there is no such file. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (isCode(error, "ENOENT")) return null;
    throw error;
  }
}

/** A folder that was made is there after a loss of power only when its parent was written. */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function writeDurably(path: string, content: object): void {
  const file = openSync(path, "w", 0o600);
  try {
    writeSync(file, JSON.stringify(content));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
}
