/** A model's Markdown made fit for Slack: links to foreign hosts become text, long text is split at paragraphs. */
import { aroundCode, beforeCode, codeSpan } from "../../../src/core/text/markdown-code.ts";
import { harmless } from "./escape.ts";

/** `trustedHosts` null: every http link stays. */
export function safeMarkdown(markdown: string, trustedHosts: readonly string[] | null): string {
  return aroundCode(harmless(markdown), (text, hold) => safeLinks(text, trustedHosts, hold));
}

/** Every repetition is bounded, so that no text can hold the program up. U+FDD0 stands around code that was taken out. */
const link =
  /!?\[([^\]\n]{0,300})\]\(\s{0,9}<?([^)\s>\ufdd0]{1,2000})>?(?:\s{1,9}(?:"[^"\n]{0,300}"|'[^'\n]{0,300}'))?\s{0,9}\)|\]\(|<((?:[a-z][a-z0-9+.-]{0,30}:|www\.)[^<>\s\ufdd0]+)>|((?:[a-z][a-z0-9+.-]{0,30}:\/\/|www\.)[^\s<>)\]"'\ufdd0]+)/gi;

function safeLinks(
  text: string,
  trustedHosts: readonly string[] | null,
  hold: (markdown: string) => string,
): string {
  return text.replace(
    link,
    (whole, label: string | undefined, target?: string, auto?: string, bare?: string) => {
      // The end of a link that is none of these, e.g. with brackets in its label.
      if (whole === "](") return trustedHosts === null ? whole : "] (";
      const url = target ?? auto ?? bare ?? "";
      // A picture would be fetched by the reader's client: it becomes a link or text like any other.
      const words = label ? safeLinks(label, trustedHosts, hold) : label;
      if (isTrusted(url, trustedHosts)) {
        return words === undefined ? whole : `[${words}${whole.slice(whole.indexOf("]("))}`;
      }
      const shown = hold(codeSpan(url));
      return words ? `${words} (${shown})` : shown;
    },
  );
}

function isTrusted(url: string, trustedHosts: readonly string[] | null): boolean {
  // Clients undo backslashes and entities before they follow a link: it would lead elsewhere than it reads here.
  if (/\\|&#?\w+;/.test(url)) return false;
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
  if (word > room / 2) return beforeCode(text, word);
  const high = text.charCodeAt(room - 1);
  return beforeCode(text, high >= 0xd800 && high <= 0xdbff ? room - 1 : room);
}
