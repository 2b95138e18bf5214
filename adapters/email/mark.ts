/** The line above our words in every mail: whoever's mail program quotes them, in whatever language, they begin there. */

export const MARK = "---- Reply above this line ----";

/** The mark, also behind the signs that a mail program quotes with. */
export function isMark(line: string): boolean {
  return line.length < 200 && line.includes("Reply above this line ----");
}
