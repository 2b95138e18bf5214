/** What somebody says in their own words: a message without the code and the quotes in it. */
import { blocksIn, spansIn } from "./markdown-code.ts";

/**
 * For deciding what is meant, never for what is told: a mention or a command in code or in a
 * quote is shown, not given.
 */
export function spoken(markdown: string): string {
  const lines: string[] = [];
  for (const block of blocksIn(markdown)) {
    if ("code" in block) continue;
    const [, marks = ""] = /^\s*(>+)/.exec(block.line) ?? [];
    // Three marks quote all that follows.
    if (marks.length >= 3) break;
    if (marks !== "") continue;
    lines.push(
      spansIn(block.line)
        .map((part) => ("code" in part ? " " : part.text))
        .join(""),
    );
  }
  return lines.join("\n").trim();
}
