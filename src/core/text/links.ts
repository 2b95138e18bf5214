/** Finds the links in Markdown in one pass, in which each character is looked at a few times at most. */

/** One link as it was found: `[words](url)`, `<url>` or a bare URL. */
export interface Link {
  url: string;
  /** What stands for it, with the links in it drawn already; null where the URL stands for itself. */
  words: string | null;
  /** The same as it was written. */
  label: string | null;
  /** The whole link as it was written. */
  written: string;
}

interface Opener {
  /** Where its bracket stands among the pieces. */
  piece: number;
  /** Where its label begins in the text. */
  label: number;
}

/** URLs nest brackets this deep at most: a longer look for the end would be taken again and again. */
const deepest = 3;
const longestScheme = 31;
/** What a link can begin with, and what ends the words of one. */
const anySign = /!?\[|\]|<|:\/\/|www\./i;
/** Behind the target: an optional title and the bracket that closes. Every repetition is bounded. */
const closing = /(?:\s{1,9}(?:"[^"\n]{0,300}"|'[^'\n]{0,300}'|\([^()\n]{0,300}\)))?\s{0,9}\)/y;
const autolink = /<((?:[a-z][a-z0-9+.-]{0,30}:|www\.)[^<>\s\ufdd0]{1,2000})>/iy;

/**
 * The text with every link drawn. Of nested ones the inner is the link, as in CommonMark. `looseEnd` stands where a
 * `](` ends no link: another reader of Markdown might still take it for the end of one.
 */
export function withLinks(text: string, draw: (link: Link) => string, looseEnd: string): string {
  if (!anySign.test(text)) return text;
  const tokens = new RegExp(anySign, "gi");
  const pieces: string[] = [];
  let openers: Opener[] = [];
  let from = 0;
  const put = (until: number, drawn: string, next: number) => {
    pieces.push(text.slice(from, until), drawn);
    from = next;
    tokens.lastIndex = next;
  };
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const { 0: found, index: at } = match;
    if (found.endsWith("[")) {
      openers.push({ piece: pieces.length + 1, label: tokens.lastIndex });
      put(at, found, tokens.lastIndex);
    } else if (found === "]") {
      const opener = openers.pop();
      if (text[at + 1] !== "(") continue;
      const target = opener === undefined ? null : targetAt(text, at + 2);
      if (opener === undefined || target === null) {
        put(at, looseEnd, at + 2);
        continue;
      }
      pieces.push(text.slice(from, at));
      const [bracket = "", ...words] = pieces.splice(opener.piece);
      from = at;
      const label = text.slice(opener.label, at);
      const written = text.slice(opener.label - bracket.length, target.end);
      put(at, draw({ url: target.url, words: words.join(""), label, written }), target.end);
      openers = [];
    } else {
      const bare = bareAt(text, found, at, from);
      if (bare === null) continue;
      const written = text.slice(bare.from, bare.end);
      put(bare.from, draw({ url: bare.url, words: null, label: null, written }), bare.end);
    }
  }
  return pieces.join("") + text.slice(from);
}

/** Up to what ends a target, and up to a bracket, which may. */
const untilSpace = /[^\s<>\ufdd0]*/y;
const untilBracket = /[^\s<>\ufdd0()]*/y;

/** Where this run of signs ends that begins at `from`. */
function endOf(run: RegExp, text: string, from: number): number {
  run.lastIndex = from;
  run.test(text);
  return run.lastIndex;
}

/** The target of a link from behind `](` on; null when none ends there. */
function targetAt(text: string, start: number): { url: string; end: number } | null {
  let begun = start;
  while (begun < start + 9 && /\s/.test(text[begun] ?? "")) begun += 1;
  const isAngled = text[begun] === "<";
  if (isAngled) begun += 1;
  let at = endOf(isAngled ? untilSpace : untilBracket, text, begun);
  for (let depth = 0; !isAngled; at = endOf(untilBracket, text, at + 1)) {
    const char = text[at];
    if (char === "(" && ++depth > deepest) return null;
    if (char !== "(" && (char !== ")" || --depth < 0)) break;
  }
  if (at === begun) return null;
  closing.lastIndex = text[at] === ">" ? at + 1 : at;
  return closing.test(text) ? { url: text.slice(begun, at), end: closing.lastIndex } : null;
}

/** The URL that stands for itself around the sign that was found; never one that begins before `least`. */
function bareAt(
  text: string,
  sign: string,
  at: number,
  least: number,
): { url: string; from: number; end: number } | null {
  if (sign === "<") {
    autolink.lastIndex = at;
    const [whole, url] = autolink.exec(text) ?? [];
    return whole === undefined || url === undefined ? null : { url, from: at, end: at + whole.length };
  }
  const from = sign === "://" ? schemeBefore(text, at, least) : at;
  if (from === null) return null;
  const end = endOfBare(text, at + sign.length);
  if (end === at + sign.length) return null;
  return { url: text.slice(from, end), from, end };
}

/** Where the scheme begins whose end is at `end`; null when no letter stands there. */
function schemeBefore(text: string, end: number, least: number): number | null {
  let from: number | null = null;
  for (let at = end - 1; at >= Math.max(least, end - longestScheme); at -= 1) {
    const char = text[at] ?? "";
    if (/[a-z]/i.test(char)) from = at;
    else if (!/[0-9+.-]/.test(char)) break;
  }
  return from;
}

/** Brackets that close within a URL belong to it: `https://en.wikipedia.org/wiki/Belay_(climbing)`. */
function endOfBare(text: string, start: number): number {
  let at = start;
  for (let depth = 0; at < text.length; at += 1) {
    const char = text[at] ?? "";
    if (/[\s<>\]"'\ufdd0]/.test(char)) break;
    if (char === "(") depth += 1;
    if (char === ")" && --depth < 0) break;
  }
  return at;
}
