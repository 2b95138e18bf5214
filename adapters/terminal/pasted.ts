/** What is pasted is one text, however many lines it has and in however many pieces it comes: its ends are marked. */
import { Transform, type TransformCallback } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import { withoutEscapes } from "../../src/core/text/escapes.ts";

/** Asks the terminal to put marks around what is pasted, and not to any more. */
export const marksOn = "\u001b[?2004h";
export const marksOff = "\u001b[?2004l";

const begin = "\u001b[200~";
const end = "\u001b[201~";

/**
 * The line being typed has one end only: those that were pasted stand in it as another sign, and that sign, should it
 * be written itself, as one that looks like it.
 */
const standIns = new Map([
  ["\n", "↵"],
  ["↵", "↲"],
  ["↲", "\u{10fffd}"],
]);
const meant = new Map([...standIns].map(([sign, shown]) => [shown, sign]));

/** The typed line with the line ends that were pasted. */
export function withLineEnds(typed: string): string {
  return typed.replace(/[↵↲\u{10fffd}]/gu, (shown) => meant.get(shown) ?? shown);
}

/** Keys: a line's end is one of them. */
function typedAs(text: string): string {
  return text.replace(/[↵↲]/g, (sign) => standIns.get(sign) ?? sign);
}

/** In a pasted text these are no keys: one would end the program, or take words out of the line. */
const controls = /(?![\t\n])\p{Cc}/gu;

/** The beginning of a sequence that a terminal would obey. */
const begun = "\u001b(?:\\[[0-?]{0,30}[ -/]{0,5})?";
const cutOff = new RegExp(begun, "g");
const cutAtEnd = new RegExp(`${begun}$`);

function pastedAs(text: string): string {
  const lines = withoutEscapes(text)
    .replace(cutOff, "")
    .replace(/\r\n?|[\u2028\u2029]/g, "\n");
  return lines.replace(controls, "").replace(/[\n↵↲]/g, (sign) => standIns.get(sign) ?? sign);
}

/** Keys of a terminal, where a line's end within a paste sends nothing. `setRawMode` is the terminal's. */
export class PasteMarks extends Transform {
  readonly isTTY = true;
  readonly setRawMode: (mode: boolean) => void;
  readonly #decoder = new StringDecoder("utf8");
  /** Of a paste: what may go on in the next piece. */
  #held = "";
  /** As much of a mark's beginning as was passed on: an Escape alone is a key, and is not held. */
  #passed = "";
  #inPaste = false;

  constructor(setRawMode: (mode: boolean) => void) {
    super();
    this.setRawMode = setRawMode;
  }

  override _transform(chunk: Buffer | string, _encoding: string, done: TransformCallback): void {
    let text = this.#held + (typeof chunk === "string" ? chunk : this.#decoder.write(chunk));
    this.#held = "";
    let out = "";
    while (text !== "") {
      const [keys, rest] = this.#inPaste ? this.#pasted(text) : this.#typed(text);
      out += keys;
      text = rest;
    }
    done(null, out);
  }

  /** Keys up to the mark of a paste, and what follows it. */
  #typed(text: string): [keys: string, rest: string] {
    const passed = this.#passed;
    const known = passed + text;
    this.#passed = "";
    if (passed !== "" && known.startsWith(begin)) {
      this.#inPaste = true;
      // With its end the mark is one key, which means nothing.
      return [begin.slice(passed.length), known.slice(begin.length)];
    }
    if (passed !== "" && begin.startsWith(known)) {
      this.#passed = known;
      return [text, ""];
    }
    const at = text.indexOf(begin);
    if (at >= 0) {
      this.#inPaste = true;
      return [typedAs(text.slice(0, at)), text.slice(at + begin.length)];
    }
    for (let length = 1; length < begin.length; length++)
      if (text.endsWith(begin.slice(0, length))) this.#passed = begin.slice(0, length);
    return [typedAs(text), ""];
  }

  /** The text up to the end of the paste, and what follows it. */
  #pasted(text: string): [keys: string, rest: string] {
    const at = text.indexOf(end);
    if (at >= 0) {
      this.#inPaste = false;
      return [pastedAs(text.slice(0, at)), text.slice(at + end.length)];
    }
    // The rest of it, or of a line's end, comes in the next piece.
    const [held = text.endsWith("\r") ? "\r" : ""] = cutAtEnd.exec(text) ?? [];
    this.#held = held;
    return [pastedAs(text.slice(0, text.length - held.length)), ""];
  }
}
