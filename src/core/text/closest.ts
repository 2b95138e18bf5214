/** How far two words are from one another, and which of many somebody may have meant. */

/** Letters to put in, take out, change, or swap with the one behind, from one to the other. */
export function changes(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let place = 1; place <= from.length; place++) {
    const [row = [], former = []] = [rows[place - 1], rows[place - 2]];
    const next = [place];
    for (let index = 1; index <= to.length; index++) {
      const [above = 0, diagonal = 0, left = 0] = [row[index], row[index - 1], next[index - 1]];
      const isSwap =
        place > 1 && index > 1 && from[place - 1] === to[index - 2] && from[place - 2] === to[index - 1];
      const same = from[place - 1] === to[index - 1] ? diagonal : 1 + Math.min(above, diagonal, left);
      next.push(isSwap ? Math.min(same, 1 + (former[index - 2] ?? 0)) : same);
    }
    rows.push(next);
  }
  return rows.at(-1)?.at(-1) ?? 0;
}

/** Longer ones nobody misspelt. */
const longest = 100;

/** `; did you mean effect?`, or nothing where none of the words is near. */
export function didYouMean(word: string, words: readonly string[]): string {
  const meant = nearestOf(word, words);
  return meant === null ? "" : `; did you mean ${meant}?`;
}

/** The same to stand behind the word, in a sentence that goes on: ` (did you mean effect?)`. */
export function ifMeant(word: string, words: readonly string[]): string {
  const meant = nearestOf(word, words);
  return meant === null ? "" : ` (did you mean ${meant}?)`;
}

/** `there is no tool lok (did you mean look?), rm_rf; the tools are look, page`. `known`: all that there are. */
export function thereIsNo(noun: string, names: readonly string[], known: readonly string[]): string {
  const missed = names.map((name) => `${name}${ifMeant(name, known)}`).join(", ");
  return `there is no ${noun} ${missed}; the ${noun}s are ${known.join(", ") || "none"}`;
}

/** The word that may be meant, of which a third of the letters may differ; null: none is near. */
export function nearestOf(word: string, words: readonly string[]): string | null {
  if (word.length > longest) return null;
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const near = words
    .filter((one) => one.length <= longest)
    .map((one) => ({ one, by: changes(plain(word), plain(one)) }))
    .filter(({ one, by }) => by <= Math.max(1, Math.floor(one.length / 3)) && by < one.length)
    .sort((a, b) => a.by - b.by);
  return near[0]?.one ?? null;
}
