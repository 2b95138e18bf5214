/** What is pasted is one text, however many lines it has and in however many pieces it comes: its ends are marked. */
import { Transform, type TransformCallback } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** Asks the terminal to put marks around what is pasted, and not to any more. */
export const marksOn = "\u001b[?2004h";
export const marksOff = "\u001b[?2004l";

const begin = "\u001b[200~";
const end = "\u001b[201~";
/** Stands for a line's end in the line being typed, which has only one. */
const lineEnd = "↵";

/** The typed line with the line ends that were pasted. */
export function withLineEnds(typed: string): string {
  return typed.replaceAll(lineEnd, "\n");
}

/** Keys of a terminal, where a line's end within a paste sends nothing. `setRawMode` is the terminal's. */
export class PasteMarks extends Transform {
  readonly isTTY = true;
  readonly setRawMode: (mode: boolean) => void;
  readonly #decoder = new StringDecoder("utf8");
  #held = "";
  #inPaste = false;

  constructor(setRawMode: (mode: boolean) => void) {
    super();
    this.setRawMode = setRawMode;
  }

  override _transform(chunk: Buffer | string, _encoding: string, done: TransformCallback): void {
    let text = this.#held + (typeof chunk === "string" ? chunk : this.#decoder.write(chunk));
    this.#held = "";
    let out = "";
    for (;;) {
      const mark = this.#inPaste ? end : begin;
      const at = text.indexOf(mark);
      if (at === -1) break;
      out += this.#keys(text.slice(0, at));
      text = text.slice(at + mark.length);
      this.#inPaste = !this.#inPaste;
    }
    const kept = this.#begunAtEnd(text);
    this.#held = text.slice(text.length - kept);
    out += this.#keys(text.slice(0, text.length - kept));
    done(null, out);
  }

  #keys(text: string): string {
    return this.#inPaste ? text.replace(/\r\n?|\n/g, lineEnd) : text;
  }

  /** How many characters at the end may go on in the next piece. Outside a paste, an Escape alone is a key. */
  #begunAtEnd(text: string): number {
    // Its "\n" may be still to come: both are one line's end.
    if (this.#inPaste && text.endsWith("\r")) return 1;
    const [mark, fewest] = this.#inPaste ? [end, 1] : [begin, 3];
    for (let length = mark.length - 1; length >= fewest; length--)
      if (text.endsWith(mark.slice(0, length))) return length;
    return 0;
  }
}
