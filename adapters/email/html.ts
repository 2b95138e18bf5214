/** HTML mail as plain text: what a reader would see, with cells apart and quotes behind `>`. */
import { Parser } from "htmlparser2";

const blocks = new Set(
  "address article aside blockquote body br center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody tfoot thead tr ul".split(
    " ",
  ),
);
const unseen = new Set(["script", "style", "title", "template", "noscript", "svg", "select", "object"]);
const cells = new Set(["td", "th"]);

/** Classes of elements that hold a quote, what stands above one, or a signature. */
const quotedClasses =
  /(?:^|\s)(?:gmail_attr|gmail_signature|moz-cite-prefix|moz-forward-container|moz-signature|yahoo_quoted|protonmail_quote|protonmail_signature_block|tutanota_quote|zmail_extra|ms-outlook-mobile-signature)(?:\s|$)/;
/** Ids (Outlook puts `x_` before those of older mails) of elements after which everything is a quote. */
const quoteBegins =
  /^(?:x_)*(?:divRplyFwdMsg|appendonsend|stopSpelling|OLK_SRC_BODY_SECTION|mail-editor-reference-message-container|reply-intro)$/;
const MAX_QUOTES = 9;
/** Twice what browsers follow. */
const MAX_DEPTH = 1_000;

interface Frame {
  quotes: number;
  hides: boolean;
  keepsSpace: boolean;
  /** The last number given to an item of a list; null: no numbers. */
  item: number | null;
}

const outermost: Frame = { quotes: 0, hides: false, keepsSpace: false, item: null };

/**
 * Linear in the length of the text. @throws Error in words when elements are nested too deeply to be anybody's mail
 */
export function htmlToText(html: string): string {
  const reader = new Reader();
  const parser = new Parser({
    onopentag: (name, attributes) => reader.open(name, attributes),
    ontext: (text) => reader.text(text),
    onclosetag: (name) => reader.close(name),
  });
  parser.end(html);
  return reader.finish();
}

/** Follows the open elements; each says what holds inside of it. */
class Reader {
  readonly #lines: string[] = [];
  readonly #frames: Frame[] = [outermost];
  readonly #line = new Line();
  /** Once everything below is a quote: at least one level. */
  #below = 0;

  get #frame(): Frame {
    return this.#frames.at(-1) ?? outermost;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    const outer = this.#frame;
    if (this.#frames.length > MAX_DEPTH) throw new Error(`more than ${MAX_DEPTH} elements in each other`);
    if (blocks.has(name)) this.#break(name === "br");
    if (cells.has(name) && !this.#line.isEmpty) this.#line.add("\t");
    if (beginsQuote(name, attributes)) this.#below = 1;
    const isQuote = name === "blockquote" || quotedClasses.test(attributes.class ?? "");
    this.#frames.push({
      quotes: outer.quotes + (isQuote ? 1 : 0),
      hides: outer.hides || unseen.has(name) || isHidden(attributes),
      keepsSpace:
        outer.keepsSpace || name === "pre" || /white-space:\s*(?:pre|break)/i.test(attributes.style ?? ""),
      item: name === "ol" ? 0 : null,
    });
    if (name === "li" && !outer.hides) this.#line.add(outer.item === null ? "- " : `${++outer.item}. `);
  }

  text(text: string): void {
    const { hides, keepsSpace } = this.#frame;
    if (hides) return;
    if (!keepsSpace) {
      this.#line.addWords(text.replace(/[ \t\r\n\f]+/g, " "));
      return;
    }
    const [first = "", ...rest] = text.replace(/\r\n?/g, "\n").split("\n");
    this.#line.add(first);
    for (const line of rest) {
      this.#flush();
      this.#line.add(line);
    }
  }

  close(name: string): void {
    if (blocks.has(name) && name !== "br") this.#break(false);
    if (this.#frames.length > 1) this.#frames.pop();
  }

  finish(): string {
    this.#break(false);
    return this.#lines.join("\n");
  }

  /** A line ends here if there is one; an empty paragraph of one hard space is an empty line. */
  #break(always: boolean): void {
    if (always || this.#line.isSeen) this.#flush();
    else this.#line.take();
  }

  #flush(): void {
    const { quotes, keepsSpace } = this.#frame;
    const words = this.#line.take().replaceAll("\u00a0", " ");
    const depth = Math.min(quotes + this.#below, MAX_QUOTES);
    this.#lines.push(`${"> ".repeat(depth)}${keepsSpace ? words : words.trim()}`.trimEnd());
  }
}

/**
 * A line as it grows. What must be known of it is kept beside it: to look at a string that was
 * just added to copies it.
 */
class Line {
  #parts: string[] = [];
  #last = "";
  /** Has something that takes up room, a hard space included. */
  isSeen = false;

  get isEmpty(): boolean {
    return this.#last === "";
  }

  add(text: string): void {
    if (text === "") return;
    this.#parts.push(text);
    this.#last = text.at(-1) ?? "";
    this.isSeen ||= /[^ \t\r\n\f]/.test(text);
  }

  /** Words whose spaces are single; none at the start, none behind another. */
  addWords(words: string): void {
    const isGap = this.#last === "" || this.#last === " " || this.#last === "\t";
    this.add(isGap && words.startsWith(" ") ? words.slice(1) : words);
  }

  take(): string {
    const text = this.#parts.join("");
    this.#parts = [];
    this.#last = "";
    this.isSeen = false;
    return text;
  }
}

function isHidden({ hidden, style }: Readonly<Record<string, string>>): boolean {
  return hidden !== undefined || /display:\s*none/i.test(style ?? "");
}

/** Outlook draws a rule above the headers of what it quotes; others give the place a name. */
function beginsQuote(
  name: string,
  { id, class: classes, style, ...rest }: Readonly<Record<string, string>>,
): boolean {
  if (quoteBegins.test(id ?? "") || /(?:^|\s)OutlookMessageHeader(?:\s|$)/.test(classes ?? "")) return true;
  if (rest["data-marker"] === "__DIVIDER__") return true;
  return name === "div" && /^border:\s?none;\s?border-top:\s?solid/i.test((style ?? "").trim());
}
