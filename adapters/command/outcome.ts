/** What a program's end and output mean for the model: a result, or an error that says what to do next. */
import type { GroupEnd } from "./run-group.ts";

/** What the program wrote, as UTF-8 text. */
export interface Output {
  stdout: string;
  stderr: string;
  /** Bytes of stdout that were not kept. */
  omitted: number;
}

/** `message` tells the model what went wrong and whether anything may have happened. */
export type Outcome = { ok: true; text: string } | { ok: false; message: string };

/** How the end of one program is to be read. */
export interface Reading {
  /** The program's name. */
  program: string;
  /** Exit statuses that are no failure. */
  okExits: readonly number[];
  timeoutMs: number;
  /** It changes something: what it did until it failed stands. */
  acts: boolean;
}

/** So much of an error's own words fits beside ours. */
const maxWords = 320;
const maxStderr = 2_000;

/** Pure. A program that was ended for its time counts as failed, whatever it had written. */
export function outcomeOf(end: GroupEnd, output: Output, reading: Reading): Outcome {
  const { program, okExits, timeoutMs, acts } = reading;
  if (end.because === "not_started") return { ok: false, message: `It did not run: ${end.error}.` };
  if (end.because === "exit" && end.code !== null && okExits.includes(end.code)) {
    return { ok: true, text: textOf(output) };
  }
  const done = acts ? " What it did until then stands; look before you try again." : "";
  const words = lastWords(output);
  return {
    ok: false,
    message: `${program} ${howItEnded(end, timeoutMs)}.${done}${words && ` It said: ${words}`}`,
  };
}

function howItEnded({ because, code, signal }: GroupEnd, timeoutMs: number): string {
  switch (because) {
    case "timeout":
      return `did not end within ${timeoutMs / 1000} s and was ended`;
    case "stopped":
      return `was stopped by ${signal ?? "its own end"}`;
    case "not_started":
      return "did not run";
    case "exit":
      return signal === null ? `ended with exit status ${code}` : `was killed by ${signal}`;
  }
}

function textOf({ stdout, stderr, omitted }: Output): string {
  const notice =
    omitted > 0 ? `[${omitted} bytes at the end of its output were not kept; ask for less]\n` : "";
  const said = stderr.trim() === "" ? "" : `\n[stderr]\n${stderr.trim().slice(-maxStderr)}`;
  return `${notice}${stdout.trimEnd()}${said}`.trim() || "(no output)";
}

/** The end of what it said, where programs say why they fail. */
function lastWords({ stdout, stderr }: Output): string {
  const text = stderr.trim() || stdout.trim();
  if (text.length <= maxWords) return text;
  // The half of a word may be that of a secret, which nobody would know for one.
  const isHalf = /\S/.test(text.at(-maxWords - 1) ?? "");
  const tail = text.slice(-maxWords);
  return `… ${isHalf ? tail.replace(/^\S*\s+/, "") : tail}`;
}
