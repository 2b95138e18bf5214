/** The links that a reader of Markdown would see: as CommonMark with GFM makes them, and as Discord does. */
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import ReactMarkdown from "react-markdown";
import remarkGfm from "remark-gfm";

export function commonMarkLinks(markdown: string): string[] {
  const html = renderToStaticMarkup(
    createElement(ReactMarkdown, { remarkPlugins: [remarkGfm], urlTransform: (url) => url }, markdown),
  );
  return [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1] ?? "");
}

/**
 * Discord's client tries these one after another at each place; it knows code only by its
 * backticks, wherever they stand.
 */
const discordRules: [RegExp, (match: RegExpExecArray) => string | null][] = [
  [/^\\[^0-9A-Za-z\s]/, () => null],
  [/^```(?:[a-z0-9_+\-.#]+?\n)?\n*[^\n][\s\S]*?\n*```/i, () => null],
  [/^<(https?:\/\/[^\s>]+)>/i, (match) => match[1] ?? ""],
  [
    /^\[(?:\[[^\]]*\]|[^[\]]|\](?=[^[]*\]))*\]\(\s*<?(https?:\/\/(?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['"][\s\S]*?['"])?\s*\)/i,
    (match) => match[1] ?? "",
  ],
  [/^https?:\/\/[^\s<]+[^<.,:;"')\]\s]/i, (match) => match[0]],
  [/^(`+)([\s\S]*?[^`])\1(?!`)/, () => null],
];

export function discordLinks(markdown: string): string[] {
  const links: string[] = [];
  for (let rest = markdown; rest !== ""; ) {
    let taken = 1;
    for (const [rule, linkOf] of discordRules) {
      const match = rule.exec(rest);
      if (!match) continue;
      const link = linkOf(match);
      if (link !== null) links.push(link);
      taken = match[0].length;
      break;
    }
    rest = rest.slice(taken);
  }
  return links;
}
