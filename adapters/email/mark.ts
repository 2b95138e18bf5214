/** The line above our words in every mail: whichever program quotes them, in whatever language, they begin there. */

const words = "Below this line the bot writes";
/** A whole line; replies are cut above the first line that holds it. */
export const MARK = `---- ${words} ----`;

/** The mark, also behind the signs that a mail program quotes with. */
export function isMark(line: string): boolean {
  return line.length < 200 && line.includes(`${words} ----`);
}
