/** What a program's end and output mean for the model: a result, or an error that says what to do next. */
import { withoutEscapes } from "../../src/core/text/escapes.ts";
import type { GroupEnd } from "./run-group.ts";

/** What the program wrote, as UTF-8 text. */
export interface Output {
  stdout: string;
  stderr: string;
  /** Bytes of stdout that were not kept. */
  omitted: number;
}

/**
 * `message` tells the model what went wrong and whether anything may have happened. `isText`: false where bytes that are
 * none were left out.
 */
export type Outcome = { ok: true; text: string; isText: boolean } | { ok: false; message: string };

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
    return { ok: true, text: textOf(output), isText: !isBinary(output.stdout) };
  }
  const done = acts ? " What it did until then stands; look before you try again." : "";
  const words = lastWords(output);
  const next = [
    ...(end.because === "timeout" && !acts ? [" Ask for less, or a person to raise its timeoutMs."] : []),
    ...(asksTerminal.test(words) ? [` ${noTerminal}`] : []),
  ].join("");
  return {
    ok: false,
    message: `${program} ${howItEnded(end, timeoutMs)}.${done}${next}${words && ` It said: ${words}`}`,
  };
}

const asksTerminal =
  /\b(?:not|no|requires?|need|needs|from) (?:a |the )?(?:controlling )?(?:tty|terminal)\b|\b(?:tty|terminal) is required|inappropriate ioctl|(?:password|passphrase) (?:is|was) required|askpass/i;
const noTerminal =
  "It has no terminal and nobody to ask: it needs the option that asks nothing, or a person to run it.";

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
  const said = withoutEscapes(stderr).trim();
  const notices = [
    ...(omitted > 0 ? [`[${omitted} bytes at the end of its output were not kept; ask for less]\n`] : []),
    ...unreadIn(stdout, omitted > 0),
  ].join("");
  const words = said === "" ? "" : `\n[stderr]\n${said.slice(-maxStderr)}`;
  const own = isBinary(stdout) ? "" : withoutEscapes(stdout).trimEnd();
  return `${notices}${own}${words}`.trim() || "(no output)";
}

/** What no reader could make anything of: a picture, a program, an archive. */
function isBinary(text: string): boolean {
  const zeros = countOf(text, "\0");
  return zeros > 0 && (text.includes("\ufffd") || zeros > text.length / 4);
}

/** `isCut`: its last character may be one that was cut. */
function unreadIn(text: string, isCut: boolean): string[] {
  if (isBinary(text)) return [`[its output is no text: ${text.length} characters of it are left out]\n`];
  const unread = countOf(isCut ? text.slice(0, -1) : text, "\ufffd");
  return unread === 0 ? [] : [`[it is not all UTF-8: ${unread} places that can't be read stand as \ufffd]\n`];
}

function countOf(text: string, char: string): number {
  let count = 0;
  for (let at = text.indexOf(char); at >= 0; at = text.indexOf(char, at + 1)) count++;
  return count;
}

/** The end of what it said, where programs say why they fail. */
function lastWords({ stdout, stderr }: Output): string {
  const text = withoutEscapes(stderr).trim() || (isBinary(stdout) ? "" : withoutEscapes(stdout).trim());
  if (text.length <= maxWords) return text;
  // The half of a word may be that of a secret, which nobody would know for one.
  const isHalf = /\S/.test(text.at(-maxWords - 1) ?? "");
  const tail = text.slice(-maxWords);
  return `… ${isHalf ? tail.replace(/^\S*\s+/, "") : tail}`;
}
