/**
 * The code in Markdown, found once and written anew, so that every reader of it finds the same. Clients differ in what they
 * take for code (backslashes, runs of backticks, fences in lists); text that one takes for code and another for text hides
 * links. What comes out holds no backtick but around our own code.
 */

/** A character that no text holds: it stands around the number of a piece of code while the rest is rewritten. */
const mark = "\ufdd0";
const held = new RegExp(`${mark}(\\d+)${mark}`, "g");
const zeroWidth = "\u200b";
/** Looks like a backtick and means nothing. */
const lookAlike = "ˋ";
/** Longer ones are text: a span must fit into one message (see `beforeCode`). */
const longestSpan = 250;

/** Rewrites what is not code. `hold` takes finished Markdown out of the way of all further rewriting. */
export function aroundCode(
  markdown: string,
  rewrite: (text: string, hold: (markdown: string) => string) => string,
): string {
  const code: string[] = [];
  const hold = (piece: string) => `${mark}${code.push(piece) - 1}${mark}`;
  const restored = (text: string): string =>
    text.replace(
      held,
      (_whole, index: string, at: number) => gapBefore(text, at) + restored(code[Number(index)] ?? ""),
    );
  return restored(rewrite(withoutCode(markdown.replaceAll(mark, ""), hold), hold));
}

/** A backslash would undo the first backtick, another piece's backtick would join it, and a bare link would take it in. */
function gapBefore(text: string, at: number): string {
  if (text[at - 1] === "\\" || text[at - 1] === mark) return zeroWidth;
  let start = at;
  while (start > 0 && !/[\s\ufdd0]/.test(text[start - 1] ?? "")) start -= 1;
  return /:\/\/|www\./i.test(text.slice(start, at)) ? " " : "";
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

interface Fence {
  indent: string;
  closing: RegExp;
  language: string;
  lines: string[];
}

function withoutCode(markdown: string, hold: (code: string) => string): string {
  const out: string[] = [];
  let fence: Fence | null = null;
  const close = ({ lines, language }: Fence) => out.push(hold(codeBlock(lines.join("\n"), language)));
  for (const line of markdown.split("\n")) {
    if (fence === null) {
      fence = fenceAt(line);
      if (fence === null) out.push(withoutSpans(line, hold));
    } else if (fence.closing.test(line)) {
      close(fence);
      fence = null;
    } else fence.lines.push(line.startsWith(fence.indent) ? line.slice(fence.indent.length) : line);
  }
  if (fence !== null) close(fence);
  return out.join("\n");
}

/** Written anew it begins its line: inside a list it would end with the list, wherever its own end is. */
function fenceAt(line: string): Fence | null {
  const [, indent = "", run = "", info = ""] = /^([ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)$/.exec(line) ?? [];
  if (run === "") return null;
  const language = /^[\w+#.-]{1,20}(?=\s|$)/.exec(info.trim())?.[0] ?? "";
  return { indent, closing: new RegExp(`^[ \\t]*${run[0]}{${run.length},}[ \\t]*$`), language, lines: [] };
}

/** As CommonMark reads a line: a backslash undoes one backtick, a run of them ends at the next one of its length. */
function withoutSpans(line: string, hold: (code: string) => string): string {
  const token = /\\.|`+/g;
  let out = "";
  let from = 0;
  for (let match = token.exec(line); match !== null; match = token.exec(line)) {
    const [found] = match;
    const end = found.startsWith("`") ? endOfSpan(line, token.lastIndex, found.length) : null;
    out += line.slice(from, match.index);
    if (end === null)
      out += found.startsWith("\\") ? found.replace("\\`", lookAlike) : found.replaceAll("`", lookAlike);
    else {
      out += hold(codeSpan(line.slice(token.lastIndex, end).replace(/^ (.*`.*) $/, "$1")));
      token.lastIndex = end + found.length;
    }
    from = token.lastIndex;
  }
  return out + line.slice(from);
}

function endOfSpan(line: string, from: number, length: number): number | null {
  const runs = line.slice(from, from + longestSpan).matchAll(/`+/g);
  for (const { 0: run, index } of runs) if (run.length === length) return from + index;
  return null;
}
