/** Where text stops being JSON, in words that quote nothing of it. */

/** What the parser disliked and where, without the bytes around it: they may hold secrets. */
export function parseErrorOf(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : "not JSON";
  const what = message.split(/, ["']|, \.\.\.| in JSON(?! input)| is not valid/)[0] ?? "not JSON";
  // Where the text itself is quoted, a position may be a quotation.
  const given = /^(?!Unexpected token).* at position (\d+)/.exec(message)?.[1];
  const position = Number(given ?? unexpectedAt(text));
  return `${what} at byte ${new TextEncoder().encode(text.slice(0, position)).byteLength}`;
}

const words = ["true", "false", "null"];

/**
 * The parser gives no position where it misses a value, or in the middle of a word: looks for that place. All before
 * it is sound, or the parser would have stopped there.
 */
function unexpectedAt(text: string): number {
  let before = "";
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (/[ \t\n\r]/.test(char)) continue;
    const word = words.find((one) => one.startsWith(char));
    if (char === '"') at = endOfString(text, at);
    else if (word) {
      const same = [...word].findIndex((letter, index) => text[at + index] !== letter);
      if (same !== -1) return at + same;
      at += word.length - 1;
    } else if (/[[:,]|^$/.test(before) && !/[[{\d-]/.test(char) && before + char !== "[]") return at;
    before = char;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}
