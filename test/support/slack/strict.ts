/**
 * What Slack makes of the blocks of a message, counted line by line: it refuses more than 50, and about
 * 13,200 characters in all.
 */

type Json = Record<string, unknown>;

/** The code with which Slack refuses these blocks, or null. */
export function refusedBlocks(blocks: readonly unknown[]): string | null {
  const expanded = blocks.reduce<number>((sum, block) => sum + expansionOf(block as Json), 0);
  if (expanded > 50) return "invalid_blocks";
  return textIn(blocks) > 13_200 ? "msg_blocks_too_long" : null;
}

function expansionOf(block: Json): number {
  if (block.type !== "markdown") return 1;
  let isCode = false;
  let isOpen = false;
  let count = 0;
  for (const line of String(block.text).split("\n")) {
    if (/^\s{0,3}(```|~~~)/.test(line)) {
      if (!isCode) count += 1;
      isCode = !isCode;
      isOpen = false;
    } else if (!isCode) {
      const isOwn = /^\s*([-*+]\s|\d+[.)]\s|#{1,6}\s|(-{3,}|\*{3,}|_{3,})\s*$)/.test(line);
      if (isOwn || (line.trim() !== "" && !isOpen)) count += 1;
      isOpen = line.trim() !== "" && !/^#/.test(line);
    }
  }
  return count;
}

function textIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) => sum + (key === "text" && typeof inner === "string" ? inner.length : textIn(inner)),
    0,
  );
}
