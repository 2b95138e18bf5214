/** Text made safe for Discord's markdown: nothing in it can ping, preview or hide where a link goes. */

import { mayFollow } from "../../../src/core/text/followed.ts";
import { type Link, withLinks } from "../../../src/core/text/links.ts";
import { aroundCode, beforeCode, codeBlock, codeSpan } from "../../../src/core/text/markdown-code.ts";
import { headOfCutTable, isRow } from "../../../src/core/text/table.ts";

/** Text that is never markup: names, tasks, values. Characters with a meaning are escaped, links do not link. */
export function plain(text: string): string {
  return unping(
    clean(text)
      .replace(/[\\*_~`|<>[\]()#]/g, "\\$&")
      .replace(/^([ \t]*)([-+]|\d+\.)(?=\s)/gm, "$1\\$2")
      .replace(/:(?=\/\/)/g, "\\:"),
  );
}

/** Control characters and those that turn the direction of writing: nothing honest needs them in a chat. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function clean(text: string): string {
  return text.replace(controls, "");
}

/** Allowed mentions keep it silent; this keeps it from looking like a ping as well. */
function unping(text: string): string {
  return text.replace(/@(?=everyone|here)/g, "@\u200b");
}

/**
 * Markdown as a model or a person wrote it. Mentions become text. Links to other hosts than these
 * are shown as code, the rest keep their label but always show where they go. `hosts` null: all links are links.
 */
export function written(markdown: string, hosts: readonly string[] | null): string {
  // No bracket that is left opens a label: in Discord its end may stand in code.
  return aroundCode(clean(markdown), (text, hold) => {
    const drawn = withLinks(mentions(text), (link) => drawLink(link, hosts, hold), "] (");
    return tables(
      drawn.replace(/\\.|\[/gs, (found) => (found === "[" ? "\\[" : found)),
      hold,
    );
  });
}

function drawLink(
  { url, words, label }: Link,
  hosts: readonly string[] | null,
  hold: (markdown: string) => string,
): string {
  const shown = mayFollow(url, hosts) ? url : hold(codeSpan(url));
  return words === null || words === "" || label === url ? shown : `${words} (${shown})`;
}

function mentions(text: string): string {
  return unping(text.replace(/<(?=[@#:/]|a:|id:|t:)/g, "\\<"));
}

/** Discord draws no tables: as code their columns stay where they are. */
function tables(text: string, hold: (markdown: string) => string): string {
  const out: string[] = [];
  let rows: string[] = [];
  const close = () => {
    if (rows.length > 1) out.push(hold(codeBlock(rows.join("\n").trimEnd())));
    else out.push(...rows);
    rows = [];
  };
  for (const line of text.split("\n")) {
    if (isRow(line)) {
      rows.push(line);
      continue;
    }
    close();
    out.push(line);
  }
  close();
  return out.join("\n");
}

const fence = "```";

/** Parts of at most `limit` characters, cut between paragraphs, lines or words; code is closed and opened again. */
export function split(text: string, limit: number): string[] {
  const parts: string[] = [];
  let part = "";
  let open: string | null = null;
  /** Where the last paragraph outside of code ended in `part`. */
  let paragraph = 0;
  const room = limit - 2 * fence.length - 24;
  for (const line of linesOf(text, room)) {
    const closing = open === null ? 0 : fence.length + 1;
    while (part !== "" && part.length + 1 + line.length + closing > limit - fence.length - 1) {
      const keep = paragraph > limit / 2 ? paragraph : part.length;
      const reopened = keep === part.length && open !== null;
      parts.push(reopened ? `${part}\n${fence}` : part.slice(0, keep));
      const again =
        open === null ? "" : opening(open, headOfCutTable(part, line, limit / 4), room - line.length);
      part = reopened ? again : part.slice(keep).replace(/^\n+/, "");
      paragraph = 0;
    }
    part = part === "" ? line : `${part}\n${line}`;
    open = fenceAfter(line, open);
    if (open === null && line.trim() === "") paragraph = part.length;
  }
  if (open !== null) part = `${part}\n${fence}`;
  return [...parts, part].map((each) => each.replace(/^\n+/, "").trimEnd()).filter((each) => each !== "");
}

/** Code is opened again, a table in it with its head where there is room for that. */
function opening(open: string, head: string, room: number): string {
  return head.length > room ? open : `${open}\n${head}`.trimEnd();
}

/** The line that opens the code we are in after this line, or null. */
function fenceAfter(line: string, open: string | null): string | null {
  const trimmed = line.trimStart();
  if (!trimmed.startsWith(fence)) return open;
  if (open !== null) return null;
  if (trimmed.slice(fence.length).includes(fence)) return null;
  return trimmed.length <= 20 ? trimmed : fence;
}

/** The lines of a text, long ones in pieces. */
function* linesOf(text: string, limit: number): Generator<string> {
  for (const line of text.split("\n")) {
    if (line.length <= limit) yield line;
    else yield* cut(line, limit);
  }
}

/**
 * A line in pieces of at most `limit` characters, cut after a space where there is one, never inside
 * a pair or a span of code.
 */
function cut(line: string, limit: number): string[] {
  const pieces: string[] = [];
  let rest = line;
  while (rest.length > limit) {
    const space = rest.lastIndexOf(" ", limit - 1) + 1;
    let end = space > limit / 2 ? space : limit;
    const last = rest.charCodeAt(end - 1);
    if (last >= 0xd800 && last <= 0xdbff) end -= 1;
    end = beforeCode(rest, end);
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...pieces, rest];
}
