/** Forms over HTTP. Nothing is parsed before it is proved: parsing many fields costs far more than sending them. */

import type { Attachment } from "./inbound.ts";
import { Unreadable } from "./provider-call.ts";

/** A mail with all its attachments has some dozens. */
const maxFields = 1_000;

/**
 * One short field, looked up without reading the others; "" when there is none.
 * @throws Unreadable when this is no form
 */
export function fieldAhead(headers: Headers, body: Uint8Array, name: string): string {
  const type = headers.get("content-type") ?? "";
  const separator = separatorOf(type);
  const bytes = bufferOf(body);
  return separator === "&" ? pairAhead(bytes, name) : partAhead(bytes, name, separator);
}

function pairAhead(bytes: Buffer, name: string): string {
  const key = `${name}=`;
  const isFirst = bytes.subarray(0, key.length).toString() === key;
  const before = isFirst ? 0 : bytes.indexOf(`&${key}`) + 1;
  if (!isFirst && before === 0) return "";
  const from = before + key.length;
  const end = bytes.indexOf("&", from);
  return new URLSearchParams(`v=${shortText(bytes, from, end)}`).get("v") ?? "";
}

/** Looks at the head of each part alone: what a mail says may look like a field. */
function partAhead(bytes: Buffer, name: string, separator: string): string {
  for (const at of separatorsIn(bytes, separator)) {
    const head =
      bytes
        .subarray(at, at + 512)
        .toString("latin1")
        .split("\r\n\r\n", 1)[0] ?? "";
    if (!/^[^\r\n]*\r\ncontent-disposition:/i.test(head) || !head.includes(`; name="${name}"`)) continue;
    const from = at + head.length + 4;
    return shortText(bytes, from, bytes.indexOf(`\r\n${separator}`, from));
  }
  return "";
}

/** A signature, a token or a time: what is longer is none. */
function shortText(bytes: Buffer, from: number, end: number): string {
  const to = end === -1 ? bytes.length : end;
  return to - from > 512 ? "" : bytes.subarray(from, to).toString();
}

function separatorOf(type: string): string {
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return "&";
  const boundary = /^multipart\/form-data\b.*?;\s*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(type);
  if (!boundary) throw new Unreadable("a form is expected");
  return `--${boundary[1] ?? boundary[2]}`;
}

/** Where they stand, at most one more than a form may have. */
function separatorsIn(bytes: Buffer, separator: string): number[] {
  const found: number[] = [];
  let at = bytes.indexOf(separator);
  while (at !== -1 && found.length <= maxFields) {
    found.push(at);
    at = bytes.indexOf(separator, at + separator.length);
  }
  return found;
}

function bufferOf(body: Uint8Array): Buffer {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

/** A form's fields by name, read as they are asked for. */
export interface Form {
  /** "" when there is no such field. */
  text(name: string): string;
  /** A field as it was sent: mails are not always UTF-8. */
  bytes(name: string): Promise<Uint8Array>;
  files: Attachment[];
}

/** Throws `Unreadable` for a form with too many fields or one that can't be parsed. */
export async function formOf(headers: Headers, body: Uint8Array): Promise<Form> {
  const type = headers.get("content-type") ?? "";
  if (separatorsIn(bufferOf(body), separatorOf(type)).length > maxFields)
    throw new Unreadable("the form has too many fields");
  const form = await readForm(type, body);
  const files = [...form.values()].flatMap((value) =>
    typeof value === "string" ? [] : [{ name: value.name, type: value.type, bytes: value.size }],
  );
  const isMultipart = /^multipart/i.test(type);
  return {
    text: (name) => textIn(form, name),
    files,
    async bytes(name) {
      if (!isMultipart) return Buffer.from(textIn(form, name));
      // Fields are always read as UTF-8. With each byte made a character before, each character is a byte again.
      const widened = Buffer.from(Buffer.from(body).toString("latin1"));
      return Buffer.from(textIn(await readForm(type, widened), name), "latin1");
    },
  };
}

async function readForm(type: string, body: Uint8Array): Promise<FormData> {
  try {
    return await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData();
  } catch {
    throw new Unreadable("the form can't be read");
  }
}

function textIn(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}
