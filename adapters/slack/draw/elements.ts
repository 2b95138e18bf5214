/** How many blocks Slack makes of one markdown block: it takes no message in which they are more than 50. */

/**
 * Offsets at which an element begins: a paragraph, a heading, a list item, a quote, a table, a rule, a fence of code.
 */
export function elementStarts(markdown: string): number[] {
  const starts: number[] = [];
  let at = 0;
  let fence = "";
  let before = "";
  for (const line of markdown.split("\n")) {
    const kind = kindOf(line);
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== "") {
      if (mark?.startsWith(fence)) fence = "";
      before = "code";
    } else {
      if (begins(kind, before)) starts.push(at);
      if (mark !== undefined) fence = mark.slice(0, 3);
      before = kind;
    }
    at += line.length + 1;
  }
  return starts;
}

type Kind = "blank" | "item" | "heading" | "rule" | "quote" | "table" | "code" | "text";

function kindOf(line: string): Kind {
  if (line.trim() === "") return "blank";
  if (/^ {0,3}(?:`{3}|~{3})/.test(line)) return "code";
  if (/^ {0,3}#{1,6}(?:\s|$)/.test(line)) return "heading";
  if (/^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/.test(line)) return "rule";
  if (/^\s*(?:[-*+]|\d{1,9}[.)])\s/.test(line)) return "item";
  if (/^ {0,3}>/.test(line)) return "quote";
  return /^\s*\|/.test(line) ? "table" : "text";
}

/** Lines that go on with what is there are no element of their own. */
function begins(kind: Kind, before: string): boolean {
  if (kind === "blank") return false;
  if (kind === "heading" || kind === "rule" || kind === "item" || kind === "code") return true;
  if (kind === "text") return before !== "text" && before !== "item" && before !== "quote";
  return before !== kind;
}
