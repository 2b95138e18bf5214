/** The one place of a source file that a mutant changes. */
import type { Mutant } from "./list.ts";

/**
 * The text of the file with the mutant in it. Throws when its place is not there, or is not the only one; `listedIn`:
 * where that is put right.
 */
export function mutated(
  text: string,
  { name, file, find, put }: Omit<Mutant, "test" | "only">,
  listedIn: string,
): string {
  const [before, after, ...more] = text.split(find);
  if (before === undefined || after === undefined || more.length > 0) {
    const found = after === undefined ? "not" : `${more.length + 1} times`;
    throw new Error(`"${name}": its text is ${found} in ${file}. Say in ${listedIn} what it is now: ${find}`);
  }
  return before + put + after;
}
