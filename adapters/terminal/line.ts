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
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll("\t", "    ")
    .replace(controls, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Columns that this text takes. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOfOne(segment);
  return width;
}

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
  const room = Math.max(10, columns - line.indent);
  const rows: Span[][] = [[]];
  let used = 0;
  for (const { text, style } of line.spans) {
    for (const word of text.split(/(?<= )|(?=\n)|(?<=\n)/u)) {
      if (word === "\n") {
        rows.push([]);
        used = 0;
        continue;
      }
      for (const piece of pieces(word, room)) {
        const width = widthOf(piece.trimEnd());
        if (used > 0 && used + width > room) {
          rows.push([]);
          used = 0;
        }
        rows.at(-1)?.push({ text: piece, style });
        used += widthOf(piece);
      }
    }
  }
  const margin: Span = { text: " ".repeat(line.indent), style: "plain" };
  return rows.map((row) => (line.indent > 0 ? [margin, ...row] : row));
}

/** A word that is longer than the screen is wide is cut. */
function pieces(word: string, room: number): string[] {
  if (widthOf(word) <= room) return [word];
  const parts: string[] = [];
  let part = "";
  let used = 0;
  for (const { segment } of graphemes.segment(word)) {
    const width = widthOfOne(segment);
    if (used + width > room) {
      parts.push(part);
      part = "";
      used = 0;
    }
    part += segment;
    used += width;
  }
  return [...parts, part];
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
