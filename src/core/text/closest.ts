/** How far two words are from one another, and which of many somebody may have meant. */

/** Letters to put in, take out or change, from one to the other. */
export function changes(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [place, letter] of [...from].entries()) {
    const next = [place + 1];
    for (const [index, other] of [...to].entries()) {
      const [above = 0, diagonal = 0, left = 0] = [row[index + 1], row[index], next[index]];
      next.push(letter === other ? diagonal : 1 + Math.min(above, diagonal, left));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** Longer ones nobody misspelt. */
const longest = 100;

/** `; did you mean effect?`, or nothing where none of the words is near: a third of its letters may differ. */
export function didYouMean(word: string, words: readonly string[]): string {
  if (word.length > longest) return "";
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const near = words
    .filter((one) => one.length <= longest)
    .map((one) => ({ one, by: changes(plain(word), plain(one)) }))
    .filter(({ one, by }) => by <= Math.max(1, Math.floor(one.length / 3)))
    .sort((a, b) => a.by - b.by);
  const [first] = near;
  return first === undefined ? "" : `; did you mean ${first.one}?`;
}
