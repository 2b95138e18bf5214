/** What programs write for terminals: colours, moves of the cursor, titles of windows. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of them begin with one.
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\))/g;

/** The same text for a reader that is no terminal. */
export function withoutEscapes(text: string): string {
  return text.includes("\u001b") ? text.replaceAll(sequences, "") : text;
}
