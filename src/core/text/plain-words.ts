/** The words of Markdown without its signs: for titles, lists, notices and whatever else shows text as it is. */
import { brief } from "./brief.ts";
import { withLinks } from "./links.ts";
import { blocksIn, mark, spansIn } from "./markdown-code.ts";

/** An escaped sign, or a run of signs that may emphasise. */
const sign = /\\([!-/:-@[-`{-~])|\*+|_+|~~/g;
/** Escaped, it is none of a link. */
const bracket = /\\[[\]<]/g;
const held = new RegExp(`${mark}(\\d+)${mark}`, "g");

/** One line of at most `length` UTF-16 units; signs alone stay as they are. */
export function wordsInBrief(markdown: string, length: number): string {
  return brief(plainWords(markdown).trim() || markdown, length);
}

/** Line by line as it was written. A link is its words, code is what stands in it. */
export function plainWords(markdown: string): string {
  const kept: string[] = [];
  const hold = (code: string) => `${mark}${kept.push(code) - 1}${mark}`;
  const spans = (line: string) =>
    spansIn(line)
      .map((part) =>
        "code" in part ? hold(part.code) : part.text.replace(bracket, (found) => hold(found[1] ?? "")),
      )
      .join("");
  const lines = blocksIn(markdown.replaceAll(mark, "")).map((block) =>
    "code" in block ? hold(block.code) : spans(withoutLineSigns(block.line)),
  );
  const words = withLinks(lines.join("\n"), ({ url, words: shown }) => shown || url, "](");
  return withoutEmphasis(words).replace(held, (_whole, index: string) => kept[Number(index)] ?? "");
}

/** A rule, what underlines a heading, or what stands below the head of a table; without its spaces. */
const drawn = /^(?:={2,}|([-*_])\1{2,}|\|?(?::?-+:?\|)+(?::?-+:?)?)$/;

/** Without what makes a line a heading, a quote, or a row of a table. */
function withoutLineSigns(line: string): string {
  const inner = line.replace(/^(?:[ \t]{0,9}>)+/, "").trim();
  if (drawn.test(inner.replace(/[ \t]/g, ""))) return "";
  if (inner.length > 1 && inner.startsWith("|") && inner.endsWith("|")) return inner.slice(1, -1);
  return inner.replace(/^#{1,6}[ \t]+/, "").replace(/^[*+](?=[ \t])/, "-");
}

/** Signs of one kind in a row; `length` is what is left of them. */
interface Run {
  char: string;
  length: number;
  /** Its place among the pieces. */
  at: number;
}

/** As CommonMark pairs them; a single sign between letters or digits stays, as in `2*3*4`. */
function withoutEmphasis(text: string): string {
  const pieces: string[] = [];
  const open: Record<string, Run[]> = { "*": [], _: [], "~": [] };
  const runs: Run[] = [];
  let from = 0;
  for (const { 0: found, 1: escaped, index } of text.matchAll(sign)) {
    pieces.push(text.slice(from, index), escaped ?? found);
    from = index + found.length;
    if (escaped !== undefined) continue;
    const run = { char: found.charAt(0), length: found.length, at: pieces.length - 1 };
    const { opens, closes } = flanks(found, text.charAt(index - 1), text.charAt(from));
    runs.push(run);
    const openers = open[run.char] ?? [];
    if (closes) close(openers, run);
    if (opens && run.length > 0) openers.push(run);
  }
  for (const { char, length, at } of runs) pieces[at] = char.repeat(length);
  return pieces.join("") + text.slice(from);
}

/** Takes as many signs from the last openers as this run has. */
function close(openers: Run[], run: Run): void {
  for (let opener = openers.at(-1); opener !== undefined && run.length > 0; opener = openers.at(-1)) {
    const paired = Math.min(opener.length, run.length);
    opener.length -= paired;
    run.length -= paired;
    if (opener.length === 0) openers.pop();
  }
}

function flanks(run: string, before: string, after: string): { opens: boolean; closes: boolean } {
  const [behind, ahead] = [sortOf(before), sortOf(after)];
  const isProduct = run === "*" && /\w/.test(before) && /\w/.test(after);
  if (isProduct || (run.startsWith("_") && behind === 2 && ahead === 2))
    return { opens: false, closes: false };
  return { opens: ahead > 0 && ahead >= behind, closes: behind > 0 && behind >= ahead };
}

/** 0: nothing or white space; 1: punctuation; 2: all else. */
function sortOf(char: string): 0 | 1 | 2 {
  if (/^\s*$/.test(char)) return 0;
  return /[\p{P}\p{S}]/u.test(char) ? 1 : 2;
}
