/** All that can be read of a message besides its typed words, from facts that say nothing of the platform. */
import { oneLine, wholeCharacters } from "./brief.ts";
import { count } from "./count.ts";

/** One thing that a message shows. Texts are plain; what a platform hides in markup is the adapter's to read. */
export type Part =
  | { type: "text"; text: string }
  /** A frame with a title, as alert bots and previews of links have it. Whatever is missing is left out. */
  | {
      type: "card";
      from?: string | null;
      title?: string | null;
      text?: string | null;
      fields?: readonly { name: string; value: string }[];
      parts?: readonly Part[];
      footer?: string | null;
    }
  | { type: "table"; rows: readonly (readonly string[])[] }
  /** Another message that was forwarded, shared or replied to. */
  | { type: "quote"; from: string | null; parts: readonly Part[] }
  /** What holds no text for us: "an image", and its name where it has one. */
  | { type: "unread"; what: string; name: string | null };

/** Words for a message that points at something and says nothing itself: as a task, an answer, or on the way. */
export const wordless = "Look at what is quoted here, and help with it.";
/** The task of whoever asks about a message of somebody else, from its menu. */
export const askedAbout = "Help with the message that is quoted here.";

/** Characters of what one message shows. */
const longest = 12_000;
const deepest = 4;
const mostParts = 200;

/** Line by line in the order in which it is shown; what is too much, or no text, is named. Empty: it shows nothing. */
export function readable(parts: readonly Part[], limit = longest): string {
  const lines = linesOf(parts, 0);
  return shortened(lines.join("\n").trim(), limit);
}

/** As it begins, with a line that says how much is missing. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = wholeCharacters(text.slice(0, limit)).trimEnd();
  return `${kept}\n[${count(text.length - kept.length)} more characters are left out]`;
}

/** What a file is called by its media type (`image/png`); null: that is not known. */
export function fileKind(mediaType: string | null): string {
  const [kind = "", form = ""] = (mediaType ?? "").toLowerCase().split("/");
  if (kind === "image") return "an image";
  if (kind === "video") return "a video";
  if (kind === "audio") return "a sound";
  return form.startsWith("pdf") ? "a PDF" : "a file";
}

function linesOf(parts: readonly Part[], depth: number): string[] {
  if (depth > deepest) return parts.length > 0 ? ["[what is quoted further inside is left out]"] : [];
  const shown = parts.slice(0, mostParts).flatMap((part) => linesOfPart(part, depth));
  const more = parts.length - mostParts;
  return more > 0 ? [...shown, `[${count(more)} more parts are left out]`] : shown;
}

function linesOfPart(part: Part, depth: number): string[] {
  switch (part.type) {
    case "text":
      return part.text.trim() === "" ? [] : [part.text.trim()];
    case "card":
      return linesOfCard(part, depth);
    case "table":
      return part.rows.map((row) => row.map(oneLine).join(" | "));
    case "quote": {
      const inner = linesOf(part.parts, depth + 1);
      const by = part.from === null ? "" : ` by ${named(part.from)}`;
      return [`[a message${by}]`, ...(inner.length > 0 ? inner : ["[nothing of it can be read]"])];
    }
    case "unread":
      return [`[not read: ${part.what}${part.name === null ? "" : `: ${named(part.name)}`}]`];
  }
}

function linesOfCard(card: Extract<Part, { type: "card" }>, depth: number): string[] {
  const fields = (card.fields ?? []).map(({ name, value }) =>
    [name, value]
      .map((text) => text.trim())
      .filter(Boolean)
      .join(": "),
  );
  const texts = [card.from, card.title, card.text, ...fields].map((text) => text?.trim() ?? "");
  const inner = linesOf(card.parts ?? [], depth + 1);
  return [...texts, ...inner, card.footer?.trim() ?? ""].filter((line) => line !== "");
}

/** Names are other people's text: one line of at most 200 characters. */
function named(name: string): string {
  return wholeCharacters(oneLine(name).slice(0, 200));
}
