/** Which parts of a text are values: numbers, hashes, links, and names that no ordinary word looks like. */
import { isCommonName } from "./common-names.ts";

/**
 * `start`: characters. `sure`: false for what may be ordinary words or a name that everybody knows (UTF-8, 24/7), and is
 * told of only where it was seen.
 */
export interface Value {
  value: string;
  start: number;
  sure: boolean;
  /** A percentage: it may have been a fraction. */
  percent: boolean;
}

/** Each is bounded, so that looking for them is linear; the first that fits counts. */
const kinds = [
  /https?:\/\/[^\s<>"'`)\]]{1,2000}/u,
  /`([^`\s]{2,200})`/u,
  // mail@host, snake_case, /a/path
  /[\p{L}\p{N}][\p{L}\p{N}.+-]{0,60}@[\p{L}\p{N}.-]{1,100}|[\p{L}\p{N}]{1,60}(?:_[\p{L}\p{N}]{1,60}){1,12}|(?<![\p{L}\p{N}])(?:\/[\p{L}\p{N}._-]{1,80}){2,20}/u,
  // 18,234
  /(?<![\p{L}\p{N}])\d{1,3}(?:,\d{3}){1,6}(?![\p{L}\p{N}])/u,
  // What has a digit in it, two characters at least.
  /[\p{L}\p{N}][\p{L}\p{N}./:@-]{0,200}\p{N}[\p{L}\p{N}./:@-]{0,200}|\p{N}[\p{L}\p{N}./:@-]{1,200}/u,
  // host.example, HighErrorRate, checkoutService
  /(?<![\p{L}\p{N}])\p{Ll}{2,40}(?:\.\p{Ll}{2,40}){1,6}(?![\p{L}\p{N}])|\p{Lu}\p{Ll}{1,30}(?:\p{Lu}\p{Ll}{1,30}){1,8}|(?<![\p{L}\p{N}])\p{Ll}{2,30}(?:\p{Lu}\p{Ll}{1,30}){1,8}/u,
];
/** payments-api and shop/api, but also well-known and read/write. */
const unsure = /[\p{L}\p{N}]{2,40}(?:[-/][\p{L}\p{N}]{2,40}){1,6}/u;

const all = new RegExp([...kinds, unsure].map(({ source }) => `(?:${source})`).join("|"), "gu");
const isUnsure = new RegExp(`^(?:${unsure.source})$`, "u");

/** In their order; the same value as often as it stands there. */
export function valuesIn(text: string): Value[] {
  return [...text.matchAll(all)].flatMap((match) => {
    const [whole, code] = match;
    const value = (code ?? whole).replace(/[.,:;/@-]+$/, "");
    const start = match.index + whole.indexOf(value);
    const looksLikeOne = /\p{N}/u.test(value) || !isUnsure.test(value);
    const sure = code !== undefined || (looksLikeOne && !isCommonName(text, start, value));
    const percent = /^\s?%/.test(text.slice(start + value.length, start + value.length + 2));
    return value.length < 2 ? [] : [{ value, start, sure, percent }];
  });
}
