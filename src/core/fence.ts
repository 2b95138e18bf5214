/** Marks text as data, so that nothing inside it can pass for instructions or close the mark. */

/** Tags that carry provenance in the context. Text that contains one of them, however written, loses it. */
const fences = /<[\s\p{Cf}]*(\/?)[\s\p{Cf}]*(data|said|task|result|notice)\b/giu;

/**
 * `<data source="webhook ci" trusted="no"> … </data>`. Inside, every opening angle bracket of a fence tag is
 * replaced by a look-alike, so that the content cannot close its own fence or open another.
 */
export function fence(
  tag: "data" | "said" | "task",
  attributes: Record<string, string>,
  text: string,
): string {
  const head = Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${attribute(value)}"`)
    .join("");
  return `<${tag}${head}>\n${defuse(text)}\n</${tag}>`;
}

/** Text that can't open or close a fence. */
export function defuse(text: string): string {
  return text.replace(fences, (_, slash: string, tag: string) => `‹${slash}${tag}`);
}

function attribute(value: string): string {
  return value.replace(/["<>\n\r]/gu, " ").slice(0, 120);
}
