/** Markdown for a terminal: headings, strong words and code are seen, everything else stays as it was written. */
import { type Line, type Span, span } from "./line.ts";

export function drawMarkdown(markdown: string): Line[] {
  let inCode = false;
  const lines: Line[] = [];
  for (const text of markdown.trim().split(/\r?\n/)) {
    if (/^\s*```/.test(text)) inCode = !inCode;
    else if (inCode) lines.push({ spans: [span(text, "code")], indent: 2, passing: false });
    else lines.push(drawLine(text));
  }
  return lines;
}

function drawLine(text: string): Line {
  const heading = /^#{1,6}\s+(.*)$/.exec(text);
  if (heading) return { spans: [span(heading[1] ?? "", "strong")], indent: 0, passing: false };
  // What a list item wraps to stands under its text.
  const [, margin = "", mark = "", rest = ""] = /^(\s*)((?:[-*+]|\d+[.)])\s+)?(.*)$/s.exec(text) ?? [];
  const shownMark = mark === "" ? [] : [span(mark.replace(/^[*+]/, "-"))];
  return { spans: [...shownMark, ...drawWords(rest)], indent: margin.length, passing: false };
}

/** A link keeps its words and always shows where it goes. */
function drawWords(text: string): Span[] {
  const shown = text.replace(/!?\[([^\]\n]*)\]\(([^\s)]+)[^)\n]*\)/g, (_whole, label: string, url: string) =>
    label === "" || label === url ? url : `${label} (${url})`,
  );
  return shown.split(/(\*\*[^*\n]+\*\*|`[^`\n]+`)/).flatMap((part) => {
    if (part === "") return [];
    if (part.startsWith("**") && part.length > 4) return [span(part.slice(2, -2), "strong")];
    if (part.startsWith("`") && part.length > 2) return [span(part.slice(1, -1), "code")];
    return [span(part)];
  });
}
