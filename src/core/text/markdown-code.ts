/**
 * The code in Markdown, found once and written anew, so that every reader of it finds the same. Clients differ in
 * what they take for code (backslashes, runs of backticks, fences in lists and quotes); text that one takes for code
 * and another for text hides links. What comes out holds no backtick but around our own code, and what stands in
 * code is what was written.
 */

/** A character that no text holds: it stands around the number of a piece of code while the rest is rewritten. */
export const mark = "\ufdd0";
const held = new RegExp(`${mark}(\\d+)${mark}`, "g");
const mayBeInLink = /:\/\/|www\./i;
const zeroWidth = "\u200b";
/** Looks like a backtick and means nothing. */
const lookAlike = "ˋ";
/** Longer ones become blocks: a span must fit into one message (see `beforeCode`), a block is opened again. */
const longestSpan = 500;

/**
 * Rewrites what is not code. `hold` takes finished Markdown out of the way of all further rewriting. `inCode`: what
 * must not stand even in code.
 */
export function aroundCode(
  markdown: string,
  rewrite: (text: string, hold: (markdown: string) => string) => string,
  inCode: (code: string) => string = (code) => code,
): string {
  const kept: string[] = [];
  const hold = (piece: string) => `${mark}${kept.push(piece) - 1}${mark}`;
  const back = (index: string) => restored(kept[Number(index)] ?? "");
  const restored = (text: string): string =>
    text.includes(mark)
      ? text.replace(held, (_whole, index: string, at: number) => gapBefore(text, at) + back(index))
      : text;
  const lines = blocksIn(markdown.replaceAll(mark, "")).map((block) => {
    // Discord takes the end of a block without a character for its first line.
    if ("code" in block)
      return /^\n*$/.test(block.code) ? "" : hold(codeBlock(inCode(block.code), block.language));
    return spansIn(block.line)
      .map((part) => ("code" in part ? hold(writtenAnew(inCode(part.code))) : part.text))
      .join("");
  });
  return restored(rewrite(lines.join("\n"), hold));
}

/**
 * A backslash would undo the first backtick, another piece's backtick would join it, and a bare link would take it in.
 */
function gapBefore(text: string, at: number): string {
  if (text[at - 1] === "\\" || text[at - 1] === mark) return zeroWidth;
  const between = text.slice(text.lastIndexOf(mark, at - 1) + 1, at);
  return mayBeInLink.test(between) && mayBeInLink.test(between.split(/\s/).at(-1) ?? "") ? " " : "";
}

/** What a span can't hold as it is becomes a block. */
function writtenAnew(code: string): string {
  return code.length > longestSpan || code.includes("``") ? `\n${codeBlock(code)}\n` : codeSpan(code);
}

/** Text as code on one line; what would end it is broken by a character that cannot be seen. */
export function codeSpan(text: string): string {
  const line = text.replaceAll("\n", " ⏎ ");
  if (!line.includes("`")) return `\`${line === "" ? " " : line}\``;
  return `\`\` ${line.replace(/``+/g, broken)} \`\``;
}

function broken(ticks: string): string {
  return ticks.split("").join(zeroWidth);
}

/** Text as a block of code, which nothing in it can close. */
export function codeBlock(text: string, language = ""): string {
  return `\`\`\`${language}\n${text.replace(/`{3,}/g, broken)}\n\`\`\``;
}

/** Where to cut before `end` so that no span of code is torn: its other half would be text. */
export function beforeCode(text: string, end: number): number {
  const from = text.lastIndexOf("\n", end - 1) + 1;
  let open: { length: number; at: number } | null = null;
  for (const { 0: run, index } of text.slice(from, end).matchAll(/`+/g)) {
    if (open === null) open = { length: run.length, at: from + index };
    else if (open.length === run.length) open = null;
  }
  return open === null || open.at === 0 ? end : open.at;
}

/** A fenced block of code without its fences, or one line outside of any. */
export type MarkdownBlock = { code: string; language: string } | { line: string };

interface Fence {
  /** Quote marks before it: the quote's end is its own. */
  quotes: number;
  indent: string;
  ticks: string;
  language: string;
  lines: string[];
}

/**
 * Blocks of code, and all other lines one by one. Written anew a block begins its line: in a list it
 * would end with the list.
 */
export function blocksIn(markdown: string): MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  let fence: Fence | null = null;
  const close = ({ lines, language }: Fence) => blocks.push({ code: lines.join("\n"), language });
  for (const line of markdown.split("\n")) {
    const inner: string | null = fence === null ? null : withoutQuotes(line, fence.quotes);
    if (fence !== null && inner !== null && !isClosing(inner, fence)) {
      fence.lines.push(inner.startsWith(fence.indent) ? inner.slice(fence.indent.length) : inner);
      continue;
    }
    if (fence !== null) close(fence);
    const isClosed: boolean = fence !== null && inner !== null;
    fence = isClosed ? null : fenceAt(line);
    if (!isClosed && fence === null) blocks.push({ line });
  }
  if (fence !== null) close(fence);
  return blocks;
}

function fenceAt(line: string): Fence | null {
  if (!line.includes("```") && !line.includes("~~~")) return null;
  const [, quoted = "", indent = "", ticks = "", info = ""] =
    /^((?:[ \t]{0,9}>)* ?)([ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)$/s.exec(line) ?? [];
  if (ticks === "") return null;
  const language = /^[\w+#.-]{1,20}(?=\s|$)/.exec(info.trim())?.[0] ?? "";
  const quotes = quoted.split(">").length - 1;
  // Without a quote the first space is the indent's own.
  return { quotes, indent: quotes === 0 ? quoted + indent : indent, ticks, language, lines: [] };
}

/** The line inside of that many quotes; null when it stands outside of one. */
function withoutQuotes(line: string, quotes: number): string | null {
  let at = 0;
  for (let left = quotes; left > 0; left -= 1) {
    while (line[at] === " " || line[at] === "\t") at += 1;
    if (line[at] !== ">") return null;
    at += 1;
  }
  return line.slice(quotes > 0 && line[at] === " " ? at + 1 : at);
}

function isClosing(line: string, { ticks }: Fence): boolean {
  const run = line.trim();
  return run.length >= ticks.length && run === (ticks[0] ?? "").repeat(run.length);
}

/** Inline code without its backticks, or the text between two of them. */
export type MarkdownSpan = { code: string } | { text: string };

/** As CommonMark reads a line: a backslash undoes one backtick, a run of them ends at the next one of its length. */
export function spansIn(line: string): MarkdownSpan[] {
  if (!/[\\`]/.test(line)) return [{ text: line }];
  const token = /\\.|`+/g;
  const endOf = closingRuns(line);
  const spans: MarkdownSpan[] = [];
  let text = "";
  let from = 0;
  for (let match = token.exec(line); match !== null; match = token.exec(line)) {
    const [found] = match;
    const end = found.startsWith("`") ? endOf(found.length, token.lastIndex) : null;
    text += line.slice(from, match.index);
    if (end === null) {
      text += found.startsWith("\\") ? found.replace("\\`", lookAlike) : found.replaceAll("`", lookAlike);
    } else {
      spans.push({ text }, { code: withoutPadding(line.slice(token.lastIndex, end)) });
      text = "";
      token.lastIndex = end + found.length;
    }
    from = token.lastIndex;
  }
  spans.push({ text: text + line.slice(from) });
  return spans;
}

/** Finds the next run of `length` backticks from a place on; places only grow, so each run is looked at once. */
function closingRuns(line: string): (length: number, from: number) => number | null {
  const runs = new Map<number, number[]>();
  for (let at = line.indexOf("`"), end = 0; at !== -1; at = line.indexOf("`", end)) {
    end = at + 1;
    while (line[end] === "`") end += 1;
    const places = runs.get(end - at);
    if (places) places.push(at);
    else runs.set(end - at, [at]);
  }
  for (const places of runs.values()) places.reverse();
  return (length, from) => {
    const places = runs.get(length) ?? [];
    while ((places.at(-1) ?? from) < from) places.pop();
    return places.at(-1) ?? null;
  };
}

/** Code that begins or ends with a backtick has a space around it that is not its own. */
function withoutPadding(code: string): string {
  const isPadded = code.length > 2 && code.startsWith(" ") && code.endsWith(" ") && code.includes("`");
  return isPadded ? code.slice(1, -1) : code;
}
