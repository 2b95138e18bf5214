/** What somebody wrote below a quote of what they were asked: the quote is no part of their words. */

/**
 * null: the words begin with no quote that holds the whole of `asked`, or nothing stands below it. Any other quote may be
 * just what is meant ("> this text, please").
 */
export function belowQuoteOf(asked: string, words: string): string | null {
  const lines = words.split("\n");
  const end = lines.findIndex((line) => !isQuote(line));
  if (end <= 0) return null;
  const own = lines.slice(end).join("\n").trim();
  const whole = plain(asked);
  const isAsked = whole !== "" && plain(lines.slice(0, end).join("\n")).includes(whole);
  return isAsked && own !== "" ? own : null;
}

/** Three marks quote all that follows. */
function isQuote(line: string): boolean {
  return /^\s*>(?!>>)/.test(line);
}

/** Marks and gaps are drawn otherwise in each client. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
