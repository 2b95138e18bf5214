/** A line as it is meant, before it is painted: pieces of text with a style, wrapped to the width of a screen. */

type Style = "plain" | "strong" | "dim" | "code" | "good" | "bad" | "waiting";

/** Text in one style, without control characters. */
export interface Span {
  text: string;
  style: Style;
}

/** One logical line; it may wrap to several rows. */
export interface Line {
  spans: Span[];
  /** Columns before the text, also on the rows that it wraps to. */
  indent: number;
  /** Will be replaced in a moment: shown where a line can be redrawn, left out where it can't. */
  passing: boolean;
}

/** Takes out of `text` whatever a terminal would obey. */
export function span(text: string, style: Style = "plain"): Span {
  return { text: harmless(text), style };
}

/** Control characters but the line's end, what turns the direction of writing, and letters nobody can see. */
const controls = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029\u{e0000}-\u{e007f}]/gu;

/**
 * Untrusted text may not move the cursor, change colours or turn the direction of writing. What it tried is shown:
 * what is approved must be what is seen.
 */
export function harmless(text: string): string {
  if (isPrintable(text)) return text;
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll("\t", "    ")
    .replace(controls, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Nothing in it has to be taken out. */
function isPrintable(text: string): boolean {
  return /^[\x20-\x7e\n]*$/.test(text);
}

/** Latin letters: each is one character as a person counts them, and takes one column. */
function isLatin(text: string): boolean {
  return /^[\x20-\x7e\u00a0-\u02ff]*$/.test(text);
}

/** Rows that a typed text takes, with the one where the next letter would stand. */
export function rowsOf(typed: string, columns: number): number {
  let rows = 1;
  let column = 0;
  for (const { segment } of graphemes.segment(typed)) {
    const width = segment === "\t" ? tabStop - (column % tabStop) : widthOfOne(segment);
    // A wide letter does not begin in the last column.
    if (column + width > columns) [rows, column] = [rows + 1, 0];
    column += width;
    if (column === columns) [rows, column] = [rows + 1, 0];
  }
  return rows;
}

const tabStop = 8;

/** Columns of one character as a person counts them. */
function widthOfOne(grapheme: string): number {
  return wide.test(grapheme) ? 2 : 1;
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** East Asian wide and full-width characters, and emoji. */
const wide =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** Rows of at most `columns` columns, broken at spaces where there are any. */
export function wrap(line: Line, columns: number): Span[][] {
  const rows = new Rows(Math.max(10, columns - line.indent));
  for (const { text, style } of line.spans) {
    for (const [at, broken] of text.split("\n").entries()) {
      if (at > 0) rows.begin();
      if (isLatin(broken)) rows.addLatin(broken, style);
      else rows.addWords(broken, style);
    }
  }
  const margin: Span = { text: " ".repeat(line.indent), style: "plain" };
  return rows.all.map((row) => (line.indent > 0 ? [margin, ...row] : row));
}

/** Fills one row after the other; a space at the end of a row may stand over its edge. */
class Rows {
  readonly all: Span[][] = [[]];
  readonly #room: number;
  #used = 0;

  constructor(room: number) {
    this.#room = room;
  }

  begin(): void {
    this.all.push([]);
    this.#used = 0;
  }

  /** Where a letter is a column the break is found without a look at each word. */
  addLatin(text: string, style: Style): void {
    for (let from = 0; from < text.length; ) {
      if (this.#used > this.#room) this.begin();
      const left = this.#room - this.#used;
      const space = text.slice(from, from + left + 1).lastIndexOf(" ");
      const fits = text.length - from <= left ? text.length - from : space + 1;
      if (fits === 0 && this.#used > 0) {
        this.begin();
        continue;
      }
      // A word that is longer than the screen is wide is cut.
      const taken = fits === 0 ? this.#room : fits;
      this.#put(text.slice(from, from + taken), taken, style);
      from += taken;
    }
  }

  addWords(text: string, style: Style): void {
    for (const word of text.split(/(?<= )/)) {
      for (const { text: piece, columns, seen } of piecesOf(word, this.#room)) {
        if (this.#used > 0 && this.#used + seen > this.#room) this.begin();
        this.#put(piece, columns, style);
      }
    }
  }

  #put(text: string, columns: number, style: Style): void {
    const row = this.all.at(-1);
    const last = row?.at(-1);
    if (last?.style === style) last.text += text;
    else row?.push({ text, style });
    this.#used += columns;
  }
}

interface Piece {
  text: string;
  columns: number;
  /** Columns without the white space at its end. */
  seen: number;
}

/** A word, cut where it is longer than the screen is wide. */
function piecesOf(word: string, room: number): Piece[] {
  const pieces: Piece[] = [];
  let piece: Piece = { text: "", columns: 0, seen: 0 };
  for (const { segment } of graphemes.segment(word)) {
    const width = widthOfOne(segment);
    if (piece.columns + width > room) {
      pieces.push(piece);
      piece = { text: "", columns: 0, seen: 0 };
    }
    piece.text += segment;
    piece.columns += width;
    if (segment.trim() !== "") piece.seen = piece.columns;
  }
  return [...pieces, piece];
}

const codes: Record<Exclude<Style, "plain">, [number, number]> = {
  strong: [1, 22],
  dim: [2, 22],
  code: [36, 39],
  good: [32, 39],
  bad: [31, 39],
  waiting: [33, 39],
};

/** One row as the terminal gets it. */
export function paint(row: readonly Span[], colours: boolean): string {
  const text = row.map(({ text, style }) => {
    if (!colours || style === "plain" || text.trim() === "") return text;
    const [on, off] = codes[style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  });
  return text.join("").trimEnd();
}

/** The same without a width and without styles. */
export function plainText(line: Line): string {
  const margin = " ".repeat(line.indent);
  const text = line.spans.map((each) => each.text).join("");
  return text
    .split("\n")
    .map((row) => `${margin}${row}`.trimEnd())
    .join("\n");
}
