/** Runs a program while its call waits, and no longer than the bot lives: for what may be repeated. */
import { guarded } from "../../src/tools/process-guard.ts";
import { Kept } from "./kept.ts";
import type { Outcome, Reading } from "./outcome.ts";
import { outcomeOf } from "./outcome.ts";
import { type Limits, type Program, runGroup } from "./run-group.ts";

/** Keeps the beginning of each stream up to `maxBytes`, and counts the rest. */
export async function runNow(
  program: Program,
  limits: Limits & { maxBytes: number },
  reading: Omit<Reading, "program" | "timeoutMs">,
  signal: AbortSignal,
): Promise<Outcome> {
  const stdout = new Kept(limits.maxBytes);
  const stderr = new Kept(limits.maxBytes);
  const guard = guarded({ lenienceMs: 0, graceMs: limits.graceMs });
  const hears = {
    started: guard.began,
    stdout: (piece: Buffer) => stdout.add(piece),
    stderr: (piece: Buffer) => stderr.add(piece),
  };
  const end = await runGroup(program, limits, hears, signal);
  guard.ended();
  const output = { stdout: stdout.text(), stderr: stderr.text(), omitted: stdout.omitted };
  return outcomeOf(end, output, { program: program.argv[0] ?? "", timeoutMs: limits.timeoutMs, ...reading });
}
