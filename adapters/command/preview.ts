/** What of a declaration a program is made of, and what the approver of a call is shown of it. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { maxPreview } from "../../src/tools/contract.ts";
import { buildArgv, shownArgv, type Template, type Values } from "./argv.ts";
import { type DeclaredEnv, environmentOf } from "./environment.ts";
import { runNow } from "./run.ts";
import type { Limits, Program } from "./run-group.ts";

/** The part of a declaration that says what runs, where and how long. */
export interface Runs {
  /**
   * The program and its arguments. `{name}` is the value of that input, in one argument or a part of one; a list of
   * arguments is left out when one of its inputs is null. No shell ever reads it.
   */
  argv: Template;
  /** A command that only looks; what it prints is shown to the approver, below the arguments of the call itself. */
  preview?: Template;
  /** Files whose SHA-256 stands in the preview: with another content the approval no longer holds. */
  pinned?: readonly string[];
  /** Absolute; default `/`. */
  cwd?: string;
  /** Beside PATH, HOME and LANG. Nothing of the bot's own environment is there. */
  env?: DeclaredEnv;
  /** ms until the program and all that it started is ended; default 60,000, of a `once` command 600,000. */
  timeoutMs?: number;
  /** ms between being asked to end and being ended; default 5,000. */
  graceMs?: number;
  /** Exit statuses that are no failure; default `[0]`. */
  okExits?: readonly number[];
  /** The same of `preview`: `kubectl diff` says 1 when there is a difference. */
  previewExits?: readonly number[];
  /** Characters of output that the model gets; default 64,000. */
  maxOutput?: number;
}

/** A character can take four bytes, and what is hidden of the output must be seen whole. */
const bytesPerCharacter = 4;
const marginBytes = 40_000;

/** Throws with the names of the values that do not fit; nothing was started then. */
export function programOf(template: Template, values: Values, { cwd = "/", env = {} }: Runs): Program {
  const built = buildArgv(template, values);
  if (!built.ok) throw new Error(built.problems.map(({ name, message }) => `${name} ${message}`).join("; "));
  return { argv: built.argv, cwd, env: environmentOf(env) };
}

/** `maxBytes` is what is kept of the output; the tool's own limit counts characters. */
export function limitsOf(definition: Runs, defaultMs: number): Limits & { maxBytes: number } {
  const { timeoutMs = defaultMs, graceMs = 5_000, maxOutput = 64_000 } = definition;
  return { timeoutMs, graceMs, maxBytes: maxOutput * bytesPerCharacter + marginBytes };
}

/** The command as it would run, what the preview command says, and what the pinned files hold. */
export async function previewOf(definition: Runs, values: Values, signal: AbortSignal): Promise<string> {
  const { argv, preview, previewExits = [0], pinned = [], cwd = "/" } = definition;
  const lines = [`$ ${shownArgv(programOf(argv, values, definition).argv)}`];
  const [, ...paths] = programOf(pinnedBy(pinned), values, definition).argv;
  for (const path of paths) lines.push(`${path} sha256:${await hashOf(resolve(cwd, path))}`);
  if (preview) {
    const program = programOf(preview, values, definition);
    const reading = { okExits: previewExits, acts: false };
    // More than a preview may be is kept, so that it is told as such and not shown without its end.
    const kept = { ...definition, maxOutput: Math.max(maxPreview, definition.maxOutput ?? 0) };
    const outcome = await runNow(program, limitsOf(kept, 60_000), reading, signal);
    if (!outcome.ok) throw new Error(outcome.message);
    if (!outcome.isText)
      throw new Error("what its preview prints is no text, so nobody could see what it shows");
    lines.push(outcome.text);
  }
  return lines.join("\n");
}

/** Paths are filled and checked like arguments. */
export function pinnedBy(paths: readonly string[]): Template {
  return ["sha256", ...paths];
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest("hex");
}
