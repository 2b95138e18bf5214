/** Marks text as data, so that nothing inside it can pass for instructions or close the mark. */

/** Every way to write the bracket that opens a tag. */
const brackets = /[<\uff1c\ufe64\u226e]/g;
/** What a reader does not see, or sees past: it stands in nobody's way when names are compared. */
const unseen = /[[\p{DI}\p{Cf}\p{Cc}\p{M}]--\s]/gv;
/** Tags that carry provenance in the context. Text that contains one of them, however written, loses it. */
const fences = ["data", "said", "task", "result", "notice"];

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

/** Text that can't open or close a fence. A model reads `＜/ｄａ\u200bｔａ＞` as we read `</data>`. */
export function defuse(text: string): string {
  const known = new Map<string, string>();
  const foldedOnce = (char: string): string => {
    const before = known.get(char);
    if (before !== undefined) return before;
    const letters = folded(char);
    known.set(char, letters);
    return letters;
  };
  return text.replace(brackets, (bracket, at: number) =>
    namesFence(text, at + bracket.length, foldedOnce) ? "‹" : bracket,
  );
}

/**
 * Does the name of a fence follow, with or without a slash? It ends at the first letter that none of them has there, so
 * no look goes beyond the next bracket, and each character is looked at once.
 */
function namesFence(text: string, from: number, read: (char: string) => string): boolean {
  let name = "";
  let hasSlash = false;
  for (let at = from; at < text.length; ) {
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
    at += char.length;
    for (const letter of read(char)) {
      if (name === "" && /\s/.test(letter)) continue;
      if (name === "" && letter === "/" && !hasSlash) {
        hasSlash = true;
        continue;
      }
      if (fences.includes(name)) return !/[a-z0-9_]/.test(letter);
      name += letter;
      if (!fences.some((fence) => fence.startsWith(name))) return false;
    }
  }
  return fences.includes(name);
}

/** Letters of other alphabets that read as one of a tag's name: Cyrillic, Greek, Armenian, Lisu, small capitals. */
const lookAlikes: Readonly<Record<string, string>> = {
  ...spelt("a", "аαɑᴀꓮ"),
  ...spelt("c", "сϲᴄꓚ"),
  ...spelt("d", "ԁժᴅꓓ"),
  ...spelt("e", "еєεᴇꓰ℮"),
  ...spelt("i", "іıιɩɪꓲ"),
  ...spelt("k", "кκᴋꓗ"),
  ...spelt("l", "ӏⅼʟꓡ"),
  ...spelt("n", "пոɴꓠ"),
  ...spelt("o", "оοσօᴏꓳ"),
  ...spelt("r", "гᴦʀꓣ"),
  ...spelt("s", "ѕꜱꓢ"),
  ...spelt("t", "тτᴛꓔ"),
  ...spelt("u", "υսᴜꓴ"),
};

function spelt(letter: string, alikes: string): Record<string, string> {
  return Object.fromEntries([...alikes].map((alike) => [alike, letter]));
}

/** As it reads: styled and foreign letters as plain ones, accents and invisible characters gone. */
function folded(text: string): string {
  const plain = text.replace(unseen, "").normalize("NFKD").replace(unseen, "").toLowerCase();
  return [...plain].map((char) => lookAlikes[char] ?? char).join("");
}

function attribute(value: string): string {
  return value.replace(/["<>\n\r\uff02\uff1c\uff1e\ufe64\ufe65\u226e\u226f]/gu, " ").slice(0, 120);
}
