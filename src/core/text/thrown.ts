/** What was thrown, in words: anything can be, also what has none of its own. */

/** `Error: the disk is full` of an error, else whatever can be said of it. Never throws. */
export function thrown(error: unknown): string {
  try {
    return String(error);
  } catch {
    // An object without a prototype, or with a toString that throws.
    return `something without words (${typeof error})`;
  }
}
