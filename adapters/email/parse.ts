/** Turns bytes or form fields into a ParsedMail, in a thread that is ended when it takes too long or too much. */
import { createHash } from "node:crypto";
import PostalMime, { addressParser, decodeWords, type Email } from "postal-mime";
import type { OwnMail } from "./attribution.ts";
import { bounceIn } from "./bounce.ts";
import { htmlToText } from "./html.ts";
import type { Attachment, Mailbox, MailHeader, MailJob, ParsedMail } from "./inbound.ts";
import { stripReply } from "./strip.ts";

const MAX_PARTS = 100;
const MAX_NESTING = 10;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_NAME = 200;
const MAX_REFERENCES = 100;
const MAX_TEXT = 200_000;

/** `own`: what is ours in a reply. @throws Error in words when the mail is over a limit or no mail at all */
export async function readMail(job: MailJob, own: OwnMail | null): Promise<ParsedMail> {
  if (job.kind === "parts") return fromParts(job, own);
  const parts = countParts(job.bytes);
  if (parts > MAX_PARTS) throw new Error(`more than ${MAX_PARTS} parts`);
  const email = await PostalMime.parse(job.bytes, {
    maxNestingDepth: MAX_NESTING,
    maxHeadersSize: MAX_HEADER_BYTES,
    attachmentEncoding: "arraybuffer",
  });
  const headers = email.headers.map(({ key, value }) => ({ key: key.toLowerCase(), value }));
  const bounce = bounceIn(headers, job.bytes);
  const mail = assemble(
    headers,
    textOf(email),
    own,
    email.attachments.map(({ filename, mimeType, content }) =>
      attachment(filename, mimeType, typeof content === "string" ? content.length : content.byteLength),
    ),
  );
  return bounce === undefined ? mail : { ...mail, bounce };
}

/** Each part has a Content-Type line of its own; counted before anything is built of them. */
function countParts(bytes: Uint8Array): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  let count = 0;
  for (const _ of text.matchAll(/^content-type:/gim)) if (++count > MAX_PARTS + 1) break;
  return count;
}

function textOf(email: Email): string {
  if (email.text !== undefined && email.text.trim() !== "") return email.text;
  return email.html === undefined ? "" : htmlToText(email.html.slice(0, MAX_TEXT * 5));
}

function fromParts(job: Extract<MailJob, { kind: "parts" }>, own: OwnMail | null): ParsedMail {
  const size = job.headers.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  if (size > MAX_HEADER_BYTES) throw new Error("headers over 64 kB");
  if (job.attachments.length > MAX_PARTS) throw new Error(`more than ${MAX_PARTS} parts`);
  const text = job.text?.trim() ? job.text : htmlToText((job.html ?? "").slice(0, MAX_TEXT * 5));
  // The provider's idea of the reply stands in for a text alone: what it leaves out would be in neither part.
  const words = text.trim() === "" ? (job.reply ?? "") : text;
  const attachments = job.attachments.map(({ name, type, bytes }) => attachment(name, type, bytes));
  return assemble(job.headers, words, own, attachments);
}

function assemble(
  headers: readonly MailHeader[],
  text: string,
  ownMail: OwnMail | null,
  attachments: readonly Attachment[],
): ParsedMail {
  const values = (key: string) => headers.filter((header) => header.key === key).map(({ value }) => value);
  const { own, quoted } = stripReply(clean(text), ownMail);
  return {
    headers: headers.map(({ key, value }) => ({ key, value: clean(value) })),
    from: values("from").flatMap(addressesIn),
    messageId: idsIn(values("message-id")[0])[0] ?? null,
    inReplyTo: idsIn(values("in-reply-to")[0])[0] ?? null,
    references: idsIn(values("references")[0]).slice(-MAX_REFERENCES),
    subject: clean(decodeWords(values("subject")[0] ?? ""))
      .replace(/\s+/g, " ")
      .trim()
      .slice(0, 300),
    own,
    quoted,
    digest: createHash("sha256").update(text).digest("hex"),
    attachments,
  };
}

function addressesIn(value: string): Mailbox[] {
  return addressParser(value, { flatten: true }).flatMap(({ address, name }) =>
    address ? [{ address: address.toLowerCase(), name: clean(name) }] : [],
  );
}

function idsIn(value: string | undefined): string[] {
  return [...(value ?? "").matchAll(/<([^<>\s]{3,500})>/g)].map((match) => match[1] ?? "");
}

/** A name is text, never a path. */
function attachment(name: string | null, type: string, bytes: number): Attachment {
  const shown = clean(name ?? "unnamed").replace(/[\\/\r\n]/g, "_");
  return { name: shown.slice(0, MAX_NAME), type: type.slice(0, 100), bytes };
}

function clean(text: string): string {
  return text.slice(0, MAX_TEXT).replaceAll("\0", "").toWellFormed();
}
