/**
 * The one way in which tests start processes. Each dies with its parent and after its limit (leash.ts); what it
 * writes is collected and stands in every error; it inherits nothing that somebody waits to see closed.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import { join, resolve } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const leash = join(import.meta.dirname, "leash.ts");
/** Compiled code is kept between the many processes: most of a child's life is its start. */
const compiled = join(root, "node_modules", ".cache", "belay-tests");
const fiveMinutesMs = 300_000;

export interface ChildOptions {
  /** Instead of the parent's. */
  env?: NodeJS.ProcessEnv;
  /** The project's root when left out. */
  cwd?: string;
  /** How long it may live, in milliseconds; five minutes when left out. */
  limitMs?: number;
  /** false: it has something to tidy up, and ends by itself when its standard input does. */
  leashed?: boolean;
  /** Parent and child can send each other messages. */
  ipc?: boolean;
  /** An open file in place of the pipe that its standard output is collected from. */
  stdout?: number;
}

export interface Ended {
  /** null: a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  /** What it wrote to its standard output. */
  output: string;
  /** What it wrote to its standard error. */
  errors: string;
}

/** Starts a script: a path from the project's root, or an absolute one. */
export function startChild(script: string, args: readonly string[] = [], options: ChildOptions = {}): Child {
  const {
    env = process.env,
    cwd = root,
    limitMs = fiveMinutesMs,
    leashed = true,
    ipc = false,
    stdout = "pipe",
  } = options;
  const child = spawn(
    process.execPath,
    [...(leashed ? ["--import", leash] : []), resolve(root, script), ...args],
    {
      cwd,
      env: { NODE_COMPILE_CACHE: compiled, ...env, TEST_CHILD_LIMIT_MS: String(limitMs) },
      // The fourth is the leash.
      stdio: ["pipe", stdout, "pipe", "pipe", ...(ipc ? ["ipc" as const] : [])],
    },
  );
  return new Child(script, child);
}

/** Starts a program that is not Node, a command on the PATH or a path; killed by a signal, its `code` is 1. */
export function startProgram(
  program: string,
  args: readonly string[] = [],
  options: Pick<ChildOptions, "env" | "cwd"> = {},
): Child {
  return startChild(join(import.meta.dirname, "hold-child.ts"), [program, ...args], {
    ...options,
    leashed: false,
  });
}

export class Child {
  readonly process: ChildProcess;
  /** Never rejects: also a killed process has ended. */
  readonly ended: Promise<Ended>;
  readonly #script: string;
  readonly #exited: Promise<unknown>;
  #output = "";
  #errors = "";
  #said = Promise.withResolvers<void>();

  constructor(script: string, process: ChildProcess) {
    this.#script = script;
    this.process = process;
    const [stdin, stdout, stderr, held] = process.stdio;
    stdout?.on("data", (piece: Buffer) => this.#hear(() => (this.#output += piece)));
    stderr?.on("data", (piece: Buffer) => this.#hear(() => (this.#errors += piece)));
    // Whoever writes to a dead process learns of its death from `ended`.
    stdin?.on("error", () => {});
    // A socket that is left alone keeps this process alive, and is never seen to close.
    if (held instanceof Socket)
      held
        .on("error", () => {})
        .resume()
        .unref();
    this.#exited = once(process, "exit");
    this.ended = new Promise((resolve) => {
      process.once("close", (code, signal) =>
        resolve({ code, signal, output: this.#output, errors: this.#errors }),
      );
    });
  }

  /** All that it wrote so far, once these words are among it; rejects when it ends without them. */
  async says(words: string | RegExp): Promise<string> {
    const isSaid = (text: string) => (typeof words === "string" ? text.includes(words) : words.test(text));
    for (let over: Ended | null = null; ; ) {
      const text = this.#output + this.#errors;
      if (isSaid(text)) return text;
      if (over) throw this.failure(over, `did not say ${words}`);
      over = await Promise.race([this.#said.promise.then(() => null), this.ended]);
    }
  }

  /** What it wrote to its standard output when it ended by itself and well; rejects otherwise. */
  async succeeded(): Promise<string> {
    const ended = await this.ended;
    if (ended.code !== 0) throw this.failure(ended, "failed");
    return ended.output;
  }

  /** At once, without a chance to tidy up, and also when it is dead already; resolves when it is gone. */
  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.#exited;
  }

  failure({ code, signal, errors, output }: Ended, what: string): Error {
    return new Error(`${this.#script} ${what}; it ended with ${signal ?? code}\n${errors}${output}`);
  }

  #hear(keep: () => void): void {
    keep();
    this.#said.resolve();
    this.#said = Promise.withResolvers();
  }
}

/** A program of this machine that only looks at what it is given, to its end, at most a minute. */
export function runProgram(program: string, args: string[], input = "") {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8", timeout: 60_000 });
  return { status, said: stderr, output: stdout };
}
