/**
 * A server as a process of its own, spoken to over its standard streams. The SDK's transport passes on a part of the
 * bot's environment and ends one process alone; this one passes on what is listed and ends the whole group.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import {
  deserializeMessage,
  type JSONRPCMessage,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/client";
import { oneLine } from "../../src/core/text/brief.ts";
import { guarded } from "../../src/tools/process-guard.ts";
import { withAllDigits } from "./digits.ts";
import { Lines } from "./lines.ts";

export interface Program {
  command: string;
  args: readonly string[];
  /** All that the process gets; nothing of the bot's own. */
  env: Readonly<Record<string, string>>;
  /** null: the bot's. */
  cwd: string | null;
}

/** One message of a server; what is longer ends the connection. */
const largestMessage = 16 * 1024 * 1024;
const keptOfStderr = 2_000;
/** How long a server may take to end by itself, and then after SIGTERM; ms. */
const graceMs = 2_000;
/** So long its streams are listened to after its end; ms. */
const lingerMs = 500;

export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #program: Program;
  readonly #lines = new Lines(largestMessage);
  #child: ChildProcessWithoutNullStreams | null = null;
  #closed: Promise<void> = Promise.resolve();
  readonly #guard = guarded({ lenienceMs: graceMs, graceMs });
  #stderr = "";
  /** The first line of its output that was no message. */
  #stray = "";
  #isClosed = false;
  /** It took no more: it was ending by itself before it was closed here. */
  #isDeaf = false;
  #ending: string | null = null;

  constructor(program: Program) {
    this.#program = program;
  }

  /**
   * Why there is no connection any more, with the last that the server wrote to its standard error. `otherwise`: what is
   * the reason when the server did not end by itself.
   */
  lastWords(otherwise: string): string {
    const said = oneLine(withoutFrames(this.#stderr).trim()).slice(-300);
    const stray = oneLine(this.#stray.trim()).slice(0, 100);
    return [
      this.#ending ?? otherwise,
      ...(stray === "" ? [] : [`its standard output holds what is no message: ${stray}`]),
      ...(said === "" ? [] : [`it said: ${said}`]),
    ].join("; ");
  }

  start(): Promise<void> {
    if (this.#isClosed) return Promise.reject(new Error("it was closed before it began"));
    const { command, args, env, cwd } = this.#program;
    const child = spawn(command, [...args], {
      ...{ env: { ...env }, stdio: "pipe", shell: false, windowsHide: true },
      ...(cwd === null ? {} : { cwd }),
      // A group of its own: what npx and the like started ends with it.
      detached: process.platform !== "win32",
    });
    this.#child = child;
    this.#guard.began(child.pid);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    this.#closed = closed.promise;
    child.once("spawn", resolve);
    child.once("error", (error) => {
      this.#ending = whyNotStarted(error, command);
      reject(new Error(this.#ending));
      this.#over(closed.resolve);
    });
    child.once("exit", (code, signal) => {
      const how = signal === null ? `it ended with exit status ${code}` : `it was ended by ${signal}`;
      // That it ended because it was closed here is no reason for anything.
      if (!this.#isClosed || this.#isDeaf) this.#ending ??= how;
      setTimeout(() => this.#letGo(child), lingerMs).unref();
    });
    child.once("close", () => this.#over(closed.resolve));
    this.#listen(child);
    return promise;
  }

  #listen(child: ChildProcessWithoutNullStreams): void {
    const failed = (error: Error) => this.onerror?.(error);
    child.stdin.on("error", (error) => {
      this.#isDeaf = true;
      failed(error);
    });
    child.stdout.on("error", failed);
    child.stderr.on("error", failed);
    child.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString("utf8", Math.max(0, chunk.length - keptOfStderr))).slice(
        -keptOfStderr,
      );
    });
  }

  #read(chunk: Buffer): void {
    const lines = this.#lines.take(chunk);
    if (lines === null) {
      this.#ending = `it sent a message of more than ${largestMessage / 1024 / 1024} MB`;
      void this.close();
      return;
    }
    for (const line of lines) {
      try {
        this.onmessage?.(deserializeMessage(withAllDigits(line)));
      } catch (error) {
        // A banner, or JSON that is no message: whoever waits for an answer waits for its own.
        if (this.#stray === "") this.#stray = line.slice(0, keptOfStderr);
        this.onerror?.(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  send(message: JSONRPCMessage): Promise<void> {
    const child = this.#child;
    if (!child?.stdin.writable) return Promise.reject(new Error("the server's input is closed"));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    child.stdin.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()));
    return promise;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const child = this.#child;
    if (child === null) return;
    child.stdin.end();
    if (await this.#ended()) return;
    this.#kill("SIGTERM");
    if (await this.#ended()) return;
    this.#kill("SIGKILL");
    await this.#closed;
  }

  async #ended(): Promise<boolean> {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), graceMs);
    const ended = await Promise.race([late, this.#closed.then(() => true)]);
    clearTimeout(timer);
    return ended;
  }

  /** Whoever it started may hold its streams open, also out of reach, in a session of its own. */
  #letGo(child: ChildProcessWithoutNullStreams): void {
    this.#kill("SIGKILL");
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  }

  #over(resolve: () => void): void {
    // What is left of its group has lost its head.
    this.#kill("SIGKILL");
    this.#guard.ended();
    this.#child = null;
    this.#lines.clear();
    resolve();
    this.onclose?.();
  }

  #kill(signal: NodeJS.Signals): void {
    const pid = this.#child?.pid;
    if (pid === undefined) return;
    try {
      if (process.platform === "win32") this.#child?.kill(signal);
      else process.kill(-pid, signal);
    } catch {
      // Nobody is left.
    }
  }
}

function whyNotStarted(error: Error, command: string): string {
  const code = "code" in error ? String(error.code) : error.message;
  if (code !== "ENOENT") return `${command} can't be started: ${code}`;
  return `there is no program ${command} (or no folder cwd); give its whole path, or list PATH in env`;
}

/** Of a stack, the frames say least and stand last: without them the error itself is among the last words. */
function withoutFrames(text: string): string {
  return text.replaceAll(/^\s+at .*\n?/gm, "");
}
