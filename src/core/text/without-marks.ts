/** A word as it is meant, without what people write around it: bold, code, quotation marks, the end of a sentence. */

/** A tilde strikes out what it stands around, and a question mark asks back: neither says the word. */
const opening = " \t\n*_`\"'“”„‘’«»";
const closing = `${opening}.!`;

export function withoutMarks(words: string): string {
  let from = 0;
  let to = words.length;
  while (from < to && opening.includes(words.charAt(from))) from += 1;
  while (to > from && closing.includes(words.charAt(to - 1))) to -= 1;
  return words.slice(from, to);
}
