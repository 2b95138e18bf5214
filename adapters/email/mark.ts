/** The line above the bot's words in every mail, by which a quote of them is recognised in any language. */

const words = "Below this line the bot writes";
/** A whole line; replies are cut above the first line that holds it. */
export const MARK = `---- ${words} ----`;

/** The mark, also behind the signs that a mail program quotes with. */
export function isMark(line: string): boolean {
  return line.length < 200 && line.includes(`${words} ----`);
}
