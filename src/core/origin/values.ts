/** Which parts of a text are values: numbers, hashes, links, and names that no ordinary word looks like. */

/** `start`: characters. `sure`: false for what may be ordinary words, and is told of only where it was seen. */
export interface Value {
  value: string;
  start: number;
  sure: boolean;
  /** A percentage: it may have been a fraction. */
  percent: boolean;
}

/**
 * Each is bounded, so that looking for them is linear; the first that fits counts. None holds a space. `needs`: what a
 * word must hold, so that most words cost no more than a look for that.
 */
const kinds = [
  { needs: /:\/\//, is: /https?:\/\/[^\s<>"'`)\]]{1,2000}/u },
  { needs: /`/, is: /`([^`\s]{2,200})`/u },
  // mail@host, snake_case, /a/path
  {
    needs: /[@_/]/,
    is: /[\p{L}\p{N}][\p{L}\p{N}.+-]{0,60}@[\p{L}\p{N}.-]{1,100}|[\p{L}\p{N}]{1,60}(?:_[\p{L}\p{N}]{1,60}){1,12}|(?<![\p{L}\p{N}])(?:\/[\p{L}\p{N}._-]{1,80}){2,20}/u,
  },
  // 18,234
  { needs: /\d,\d/, is: /(?<![\p{L}\p{N}])\d{1,3}(?:,\d{3}){1,6}(?![\p{L}\p{N}])/u },
  // What has a digit in it, two characters at least.
  {
    needs: /\p{N}/u,
    is: /[\p{L}\p{N}][\p{L}\p{N}./:@-]{0,200}\p{N}[\p{L}\p{N}./:@-]{0,200}|\p{N}[\p{L}\p{N}./:@-]{1,200}/u,
  },
  // host.example, HighErrorRate, checkoutService
  {
    needs: /\.|\p{Ll}\p{Lu}/u,
    is: /(?<![\p{L}\p{N}])\p{Ll}{2,40}(?:\.\p{Ll}{2,40}){1,6}(?![\p{L}\p{N}])|\p{Lu}\p{Ll}{1,30}(?:\p{Lu}\p{Ll}{1,30}){1,8}|(?<![\p{L}\p{N}])\p{Ll}{2,30}(?:\p{Lu}\p{Ll}{1,30}){1,8}/u,
  },
];
/** payments-api and shop/api, but also well-known and read/write. */
const unsure = { needs: /[-/]/, is: /[\p{L}\p{N}]{2,40}(?:[-/][\p{L}\p{N}]{2,40}){1,6}/u };

const all = [...kinds, unsure];
const isUnsure = new RegExp(`^(?:${unsure.is.source})$`, "u");
/** By the kinds that a word may hold, a bit for each; made when the first such word is met. */
const patterns = new Map<number, RegExp>();

/** Any of what the kinds need: most words have none of it. */
const hint = /[\p{N}@_/.`-]|\p{Ll}\p{Lu}/u;

/** null: the word holds no value. */
function patternFor(word: string): RegExp | null {
  if (!hint.test(word)) return null;
  let possible = 0;
  for (let index = 0; index < all.length; index++) {
    if (all[index]?.needs.test(word)) possible |= 1 << index;
  }
  if (possible === 0) return null;
  const known = patterns.get(possible);
  if (known) return known;
  const kindsOfIt = all.filter((_, index) => possible & (1 << index));
  const pattern = new RegExp(kindsOfIt.map(({ is }) => `(?:${is.source})`).join("|"), "gu");
  patterns.set(possible, pattern);
  return pattern;
}

/** In their order; the same value as often as it stands there. */
export function valuesIn(text: string): Value[] {
  // No value is shorter than two characters.
  return [...text.matchAll(/\S{2,}/g)].flatMap(({ 0: word, index: from }) => {
    const pattern = patternFor(word);
    return pattern === null
      ? []
      : [...word.matchAll(pattern)].flatMap((match) => valueIn(match, { text, from }));
  });
}

/** `from`: where the word of the match begins in the text. */
function valueIn(match: RegExpExecArray, { text, from }: { text: string; from: number }): Value[] {
  const [whole, code] = match;
  const value = (code ?? whole).replace(/[.,:;/@-]+$/, "");
  if (value.length < 2) return [];
  const start = from + match.index + whole.indexOf(value);
  const sure = code !== undefined || /\p{N}/u.test(value) || !isUnsure.test(value);
  const percent = /^\s?%/.test(text.slice(start + value.length, start + value.length + 2));
  return [{ value, start, sure, percent }];
}
