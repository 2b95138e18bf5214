/** Marks text as data, so that nothing inside it can pass for instructions or close the mark. */

/**
 * Every way to write the bracket that opens a tag, with the next ten visible characters and what stands between them.
 */
const openings =
  /[<\uff1c\ufe64\u226e](?=((?:[\s\p{DI}\p{Cf}\p{Cc}\p{M}]*[^\s\p{DI}\p{Cf}\p{Cc}\p{M}]){1,10}))/gu;
/** What a reader does not see, or sees past: it stands in nobody's way when names are compared. */
const unseen = /[[\p{DI}\p{Cf}\p{Cc}\p{M}]--\s]/gv;
/** Tags that carry provenance in the context. Text that contains one of them, however written, loses it. */
const fences = /^\s*\/?\s*(?:data|said|task|result|notice)(?![a-z0-9_])/;

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
  return text.replace(openings, (bracket, follows: string) => (fences.test(folded(follows)) ? "‹" : bracket));
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
