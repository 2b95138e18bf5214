/** Markdown for a terminal: headings, strong words and code are seen, everything else stays as it was written. */
import { withLinks } from "../../src/core/text/links.ts";
import { blocksIn, mark, spansIn } from "../../src/core/text/markdown-code.ts";
import { type Line, type Span, span } from "./line.ts";

/** One line for each line of the text, code indented by two columns. */
export function drawMarkdown(markdown: string): Line[] {
  const text = markdown.replaceAll("\r\n", "\n").replaceAll(mark, "").trim();
  return blocksIn(text).flatMap((block) =>
    "line" in block
      ? [drawLine(block.line)]
      : block.code.split("\n").map((line) => ({ spans: [span(line, "code")], indent: 2, passing: false })),
  );
}

function drawLine(text: string): Line {
  const heading = /^#{1,6}\s+(.*)$/s.exec(text);
  if (heading) return { spans: [span(heading[1] ?? "", "strong")], indent: 0, passing: false };
  // What a list item wraps to stands under its text.
  const [, margin = "", bullet = "", rest = ""] = /^(\s*)((?:[-*+]|\d+[.)])\s+)?(.*)$/s.exec(text) ?? [];
  const shownBullet = bullet === "" ? [] : [span(bullet.replace(/^[*+]/, "-"))];
  return { spans: [...shownBullet, ...drawWords(rest)], indent: margin.length, passing: false };
}

/** A link keeps its words and always shows where it goes; in code nothing is a link. */
function drawWords(line: string): Span[] {
  if (!/[\\`*[\]<]|:\/\/|www\./i.test(line)) return line === "" ? [] : [span(line)];
  const code: string[] = [];
  const words = spansIn(line)
    .map((part) => ("code" in part ? `${mark}${code.push(part.code) - 1}${mark}` : part.text))
    .join("");
  const shown = withLinks(
    words,
    ({ url, words: label }) => (label === null || label === "" || label === url ? url : `${label} (${url})`),
    "](",
  );
  const restored = (text: string) =>
    text.replace(/\ufdd0(\d+)\ufdd0/g, (_whole, index: string) => code[Number(index)] ?? "");
  return shown.split(/(\*\*[^*\n]+\*\*|\ufdd0\d+\ufdd0)/).flatMap((part) => {
    if (part === "") return [];
    if (part.startsWith("**") && part.length > 4) return [span(restored(part.slice(2, -2)), "strong")];
    return [part.startsWith(mark) ? span(restored(part), "code") : span(restored(part))];
  });
}
