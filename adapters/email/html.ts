/** HTML mail as plain text in one pass: what quotes becomes `>`, what is not shown is left out. */

const blocks = new Set([
  "p",
  "div",
  "br",
  "tr",
  "li",
  "ul",
  "ol",
  "table",
  "blockquote",
  "hr",
  "pre",
  "h1",
  "h2",
  "h3",
  "h4",
]);
const silent = new Set(["script", "style", "head", "title", "template", "noscript", "svg"]);
const entities: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  ndash: "–",
  mdash: "—",
  hellip: "…",
  laquo: "«",
  raquo: "»",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  Auml: "Ä",
  Ouml: "Ö",
  Uuml: "Ü",
  szlig: "ß",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  ccedil: "ç",
};

/** Linear in the length of the text. */
export function htmlToText(html: string): string {
  const lines: string[] = [];
  let line = "";
  let quotes = 0;
  let silence: string | null = null;

  const flush = () => {
    lines.push(`${"> ".repeat(Math.min(quotes, 9))}${line.trim()}`.trimEnd());
    line = "";
  };

  for (let at = 0; at < html.length; ) {
    if (html[at] !== "<") {
      const end = indexOf(html, "<", at);
      if (silence === null) line += decode(html.slice(at, end).replace(/\s+/g, " "));
      at = end;
      continue;
    }
    if (html.startsWith("<!--", at)) {
      at = indexOf(html, "-->", at) + 3;
      continue;
    }
    const end = indexOf(html, ">", at);
    const { name, closing } = tagOf(html.slice(at + 1, end));
    at = end + 1;
    if (silence !== null) {
      if (closing && name === silence) silence = null;
    } else if (silent.has(name)) {
      if (!closing) silence = name;
    } else if (blocks.has(name)) {
      if (line.trim() !== "" || name === "br") flush();
      if (name === "blockquote") quotes = Math.max(0, quotes + (closing ? -1 : 1));
    }
  }
  if (line.trim() !== "") flush();
  return lines.join("\n");
}

function tagOf(inside: string): { name: string; closing: boolean } {
  const closing = inside.startsWith("/");
  const name = /^[a-z][a-z0-9]*/i.exec(closing ? inside.slice(1, 20) : inside.slice(0, 20))?.[0] ?? "";
  return { name: name.toLowerCase(), closing };
}

function indexOf(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at === -1 ? text.length : at;
}

function decode(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{2,8});/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return entities[name] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : "";
  });
}
