/** What can't be seen, written out: what people approve must be what they read. */

/**
 * Controls, tags and other formats, what turns the direction of writing, fillers, variation selectors, halves of pairs, and
 * every space but the ordinary one. Line breaks are seen.
 */
const unseen = /(?![\n ])[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** `\u{200b}` for what can't be seen; quotes where the text is empty or has white space at an end. */
export function visible(text: string): string {
  const shown = text.replace(unseen, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
  return /^$|^[ \n]|[ \n]$/.test(text) ? `"${shown}"` : shown;
}

/** The same on one line, for names: a break in one could pass for another argument. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n");
}

/** Nobody can be mistaken about this text, not even while editing it. */
export function isSeen(text: string): boolean {
  return text === "" || visible(text) === text;
}

/** JSON in which everything is seen and that still means the same. */
export function visibleJson(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? "").replace(unseen, (char) =>
    char
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
