/**
 * A model's Markdown made fit for Slack: links of untrusted text to hosts that nobody listed become text, long text is
 * split at paragraphs.
 */

import { mayFollow } from "../../../src/core/text/followed.ts";
import { type Link, withLinks } from "../../../src/core/text/links.ts";
import { aroundCode, beforeCode, codeSpan } from "../../../src/core/text/markdown-code.ts";
import { headOfCutTable } from "../../../src/core/text/table.ts";
import { elementStarts } from "./elements.ts";
import { harmless, withoutBroadcasts, withoutControls, withoutMentions } from "./escape.ts";

/** `hosts` null: every http link stays. */
export function safeMarkdown(markdown: string, hosts: readonly string[] | null): string {
  return aroundCode(
    withoutControls(markdown),
    (text, hold) =>
      // A name may have come about where words stood beside those of a link.
      withoutBroadcasts(
        withLinks(harmless(text), (link) => drawLink(link, hosts, hold), hosts === null ? "](" : "] ("),
      ),
    withoutMentions,
  );
}

/** A picture would be fetched by the reader's client: it becomes a link or text like any other. */
function drawLink(
  { url, words, written }: Link,
  hosts: readonly string[] | null,
  hold: (markdown: string) => string,
): string {
  if (mayFollow(url, hosts)) return words === null ? written : `[${words}](${url})`;
  const shown = hold(codeSpan(url));
  return words ? `${words} (${shown})` : shown;
}

/**
 * Pieces of at most `max` characters and `most` elements, cut at paragraphs, else lines, else anywhere; a cut fence is
 * closed and opened again, a cut table begins with its head again.
 */
export function splitMarkdown(markdown: string, max: number, most = Number.POSITIVE_INFINITY): string[] {
  const pieces: string[] = [];
  let rest = markdown;
  let again = "";
  for (;;) {
    const over = elementStarts((again + rest).slice(0, max))[most];
    if (over === undefined && again.length + rest.length <= max) break;
    // Room for what is opened again and the one that closes.
    const room = max - again.length - 5;
    const last = over === undefined ? room : over - again.length;
    const end = last > 0 && last < room ? last : cutAt(rest, room);
    const body = again + rest.slice(0, end);
    const open = openFence(body);
    pieces.push(
      open === "" ? body.trimEnd() : `${body.trimEnd()}\n${open.trim().match(/^[`~]+/)?.[0] ?? ""}`,
    );
    rest = rest.slice(end).replace(/^\n+/, "");
    again = open + headOfCutTable(body, rest, max / 4);
  }
  if (rest !== "") pieces.push(again + rest);
  return pieces;
}

/** The opening line of the fence that is still open at the end, with its line break, or nothing. */
function openFence(text: string): string {
  let open = "";
  for (const line of text.split("\n")) {
    const mark = /^(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark === undefined) continue;
    if (open === "") open = `${mark.slice(0, 3)}${line.slice(mark.length, mark.length + 20)}\n`;
    else if (open.startsWith(mark.slice(0, 3))) open = "";
  }
  return open;
}

function cutAt(text: string, room: number): number {
  const head = text.slice(0, room);
  const paragraph = head.lastIndexOf("\n\n");
  if (paragraph > room / 2) return paragraph;
  const line = head.lastIndexOf("\n");
  if (line > room / 2) return line;
  const word = head.lastIndexOf(" ");
  if (word > room / 2) return beforeCode(text, word);
  const high = text.charCodeAt(room - 1);
  return beforeCode(text, high >= 0xd800 && high <= 0xdbff ? room - 1 : room);
}
