/** Writes out characters that can't be seen, so that people read exactly what they approve. */

/**
 * Controls, tags and other formats, what turns the direction of writing, fillers, variation selectors, halves of
 * pairs, and every space but the ordinary one. Line breaks are seen.
 */
const unseen = /(?![\n ])[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/**
 * What is made of such characters and is seen all the same: an emoji with its variation and its joined parts, and the
 * narrow or unbreakable space that French sets before `! ? : ; »`, after `«` and between the thousands of a number.
 */
const seen = new RegExp(
  [
    String.raw`\p{ExtPict}(?:\p{EMod}|\ufe0f)?(?:\u200d\p{ExtPict}(?:\p{EMod}|\ufe0f)?)*`,
    String.raw`[#*0-9]\ufe0f\u20e3`,
    String.raw`(?<=[\p{L}\p{N})])[\u00a0\u202f](?=[!?:;»%€])`,
    String.raw`(?<=«)[\u00a0\u202f](?=[\p{L}\p{N}])`,
    String.raw`(?<=\d)[\u00a0\u202f](?=\d{3}(?!\d))`,
  ].join("|"),
  "gu",
);

/** Every unseen character by what `written` makes of it; all else stays. */
function withoutUnseen(text: string, written: (char: string) => string): string {
  const known = new Map<string, string>();
  const writtenOnce = (char: string): string => {
    const shown = known.get(char) ?? written(char);
    known.set(char, shown);
    return shown;
  };
  let shown = "";
  let from = 0;
  for (const { 0: kept, index } of text.matchAll(seen)) {
    shown += text.slice(from, index).replace(unseen, writtenOnce) + kept;
    from = index + kept.length;
  }
  return shown + text.slice(from).replace(unseen, writtenOnce);
}

/** `\u{200b}` for what can't be seen; quotes where the text is empty or has white space at an end. */
export function visible(text: string): string {
  const shown = withoutUnseen(text, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
  return /^$|^[ \n]|[ \n]$/.test(text) ? `"${shown}"` : shown;
}

/** Without what can't be seen: what is read is all that there is. */
export function onlySeen(text: string): string {
  return withoutUnseen(text, () => "");
}

/** Like `visible`, on one line, for names: a break in one could pass for another argument. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll("\n", "\\n");
}

/** Nobody can be mistaken about this text, not even while editing it. */
export function isSeen(text: string): boolean {
  return text === "" || visible(text) === text;
}

/** JSON in which everything is seen and that still means the same. */
export function visibleJson(value: unknown, indent?: number): string {
  return withoutUnseen(JSON.stringify(value, null, indent) ?? "", (char) =>
    char
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
