/** A model's Markdown made fit for Slack: links to foreign hosts become text, long text is split at paragraphs. */
import { harmless } from "./escape.ts";

/** Fenced blocks and inline code are left as they are: Slack makes no links in code. */
const code = /(^|\n)(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:\n\2[^\n]*|$)|`[^`\n]+`/g;

/** `trustedHosts` null: every http link stays. */
export function safeMarkdown(markdown: string, trustedHosts: readonly string[] | null): string {
  const text = harmless(markdown);
  let out = "";
  let from = 0;
  for (const match of text.matchAll(code)) {
    out += safeLinks(text.slice(from, match.index), trustedHosts) + match[0];
    from = match.index + match[0].length;
  }
  return out + safeLinks(text.slice(from), trustedHosts);
}

function safeLinks(text: string, trustedHosts: readonly string[] | null): string {
  const link =
    /!?\[([^\]\n]*)\]\(\s*<?([^)\s>]+)>?[^)\n]*\)|<((?:[a-z][a-z0-9+.-]*:|www\.)[^>\s]+)>|((?:[a-z][a-z0-9+.-]*:\/\/|www\.)[^\s<>)\]`"']+)/gi;
  return text.replace(
    link,
    (whole, label: string | undefined, target?: string, auto?: string, bare?: string) => {
      const url = target ?? auto ?? bare ?? "";
      // A picture would be fetched by the reader's client: it becomes a link or text like any other.
      if (isTrusted(url, trustedHosts)) return whole.startsWith("!") ? whole.slice(1) : whole;
      const shown = `\`${url.replace(/`/g, "")}\``;
      return label ? `${label} (${shown})` : shown;
    },
  );
}

function isTrusted(url: string, trustedHosts: readonly string[] | null): boolean {
  const parsed = URL.parse(url.startsWith("www.") ? `https://${url}` : url);
  if (!parsed || (parsed.protocol !== "https:" && parsed.protocol !== "http:")) return false;
  // `https://trusted@evil` reads like the trusted host.
  if (parsed.username !== "" || parsed.password !== "") return false;
  if (trustedHosts === null) return true;
  return trustedHosts.some((host) => parsed.hostname === host || parsed.hostname.endsWith(`.${host}`));
}

/** Pieces of at most `max` characters, cut at paragraphs, else lines, else anywhere; a cut fence is closed and opened again. */
export function splitMarkdown(markdown: string, max: number): string[] {
  const pieces: string[] = [];
  let rest = markdown;
  let fence = "";
  while (fence.length + rest.length > max) {
    // Room for the fence that is opened again and the one that closes.
    const room = max - fence.length - 5;
    const end = cutAt(rest, room);
    const body = fence + rest.slice(0, end);
    const open = openFence(body);
    pieces.push(
      open === "" ? body.trimEnd() : `${body.trimEnd()}\n${open.trim().match(/^[`~]+/)?.[0] ?? ""}`,
    );
    rest = rest.slice(end).replace(/^\n+/, "");
    fence = open;
  }
  if (rest !== "") pieces.push(fence + rest);
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
  if (word > room / 2) return word;
  const high = text.charCodeAt(room - 1);
  return high >= 0xd800 && high <= 0xdbff ? room - 1 : room;
}
