/** Runs a program in a process group of its own, and ends the whole group at its time limit or when told to. */
import { type SpawnOptions, spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { resolve as resolvePath } from "node:path";

/** `argv[0]` is the program; no shell reads any of it. */
export interface Program {
  argv: readonly string[];
  /** An absolute path. */
  cwd: string;
  /** Its whole environment. */
  env: Readonly<Record<string, string>>;
}

/** How long the group may take. */
export interface Limits {
  /** ms until it is asked to end. */
  timeoutMs: number;
  /** ms between being asked (SIGTERM) and being ended (SIGKILL). */
  graceMs: number;
}

/** `because`: it ended by itself, was ended, or could not be started (`error` says why). */
export interface GroupEnd {
  because: "exit" | "timeout" | "stopped" | "not_started";
  code: number | null;
  signal: string | null;
  error: string | null;
}

/**
 * Where its output goes: to whoever hears it, or into open files, where it goes on also when nobody listens any more.
 */
type Output = (
  | { stdout(piece: Buffer): void; stderr(piece: Buffer): void }
  | { files: readonly [stdout: number, stderr: number] }
) & {
  /** At once after the start, before anything else can happen to it. */
  started(pid: number): void;
};

/** What a program left running keeps its output open; that long it is listened to after the program's own end. */
const lingerMs = 500;

/** Never rejects. `stop`: ends it before its time. */
export function runGroup(
  { argv, cwd, env }: Program,
  { timeoutMs, graceMs }: Limits,
  output: Output,
  stop: AbortSignal,
): Promise<GroupEnd> {
  const [file = "", ...args] = argv;
  const { promise, resolve } = Promise.withResolvers<GroupEnd>();
  const sinks = "files" in output ? output.files : (["pipe", "pipe"] as const);
  const child = start(file, args, { cwd, env: { ...env }, stdio: ["ignore", ...sinks] });
  if (child instanceof Error)
    return Promise.resolve({ ...notStarted, error: whyNot(child, file, { cwd, env }) });
  if (child.pid !== undefined) output.started(child.pid);
  if (!("files" in output)) {
    child.stdout?.on("data", output.stdout);
    child.stderr?.on("data", output.stderr);
  }

  let because: GroupEnd["because"] = "exit";
  let killing: NodeJS.Timeout | undefined;
  let lingering: NodeJS.Timeout | undefined;
  const end = (why: "timeout" | "stopped") => {
    if (because !== "exit" || child.exitCode !== null || child.signalCode !== null) return;
    because = why;
    signalGroup(child.pid, "SIGTERM");
    killing = setTimeout(() => signalGroup(child.pid, "SIGKILL"), graceMs);
  };
  const late = setTimeout(() => end("timeout"), timeoutMs);
  const stopped = () => end("stopped");
  stop.addEventListener("abort", stopped, { once: true });
  if (stop.aborted) stopped();

  const settle = (ended: GroupEnd) => {
    for (const timer of [late, killing, lingering]) clearTimeout(timer);
    stop.removeEventListener("abort", stopped);
    // What it started and what outlived it ends with it, when it was ended.
    if (because !== "exit") signalGroup(child.pid, "SIGKILL");
    child.stdout?.destroy();
    child.stderr?.destroy();
    resolve(ended);
  };
  child.once("error", (error: NodeJS.ErrnoException) => {
    if (child.pid === undefined) settle({ ...notStarted, error: whyNot(error, file, { cwd, env }) });
  });
  child.once("exit", (code, signal) => {
    const ended = () => settle({ because, code, signal, error: null });
    child.once("close", ended);
    lingering = setTimeout(ended, lingerMs);
  });
  return promise;
}

/** Some failures come as an event, and some at once. */
function start(file: string, args: readonly string[], how: Pick<SpawnOptions, "cwd" | "env" | "stdio">) {
  try {
    return spawn(file, args, { ...how, detached: true });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

const notStarted = { because: "not_started", code: null, signal: null } as const;

function whyNot(
  error: NodeJS.ErrnoException,
  file: string,
  { cwd, env }: Pick<Program, "cwd" | "env">,
): string {
  if (!existsSync(cwd)) return `the working folder ${resolvePath(cwd)} does not exist`;
  if (error.code === "ENOENT")
    return `there is no program ${file}${file.includes("/") ? "" : ` in ${env.PATH}`}`;
  if (error.code === "EACCES")
    return `${file} ${isFolder(resolvePath(cwd, file)) ? folderWords : notExecutable}`;
  if (error.code === "E2BIG") return "its arguments are too long";
  return `${file} could not be started (${error.code ?? error.message})`;
}

const folderWords = "is a folder, and no program";
const notExecutable = "may not be run by this user, or is no program";

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The group is gone: that is what was wanted. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // Nobody is left to hear it.
  }
}
