/** Mails in forms: Mailgun's routes and SendGrid's Inbound Parse. */

import { fieldAhead, formOf } from "./form.ts";
import type { Envelope, MailHeader, MailJob } from "./inbound.ts";
import { addresses, type CallReading, type ProviderCall, parseJson, Unreadable } from "./provider-call.ts";
import { verifyMailgun, verifySendgrid } from "./verify.ts";

/** The signature is checked before the form is parsed. */
export async function readMailgun({ headers, body, secret, now }: ProviderCall): Promise<CallReading> {
  const ahead = (name: string) => fieldAhead(headers, body, name);
  const signed = { timestamp: ahead("timestamp"), token: ahead("token"), signature: ahead("signature") };
  if (!verifyMailgun(signed, secret, now)) return { type: "unauthentic" };
  const form = await formOf(headers, body);
  const envelope = {
    from: form.text("sender").toLowerCase() || null,
    recipients: addresses(form.text("recipient")),
    providerId: null,
    verdict: { by: "mailgun" as const },
  };
  const job: MailJob =
    form.text("body-mime") !== ""
      ? { kind: "raw", bytes: await form.bytes("body-mime") }
      : {
          kind: "parts",
          headers: mailgunHeaders(form.text("message-headers")),
          text: form.text("body-plain"),
          html: form.text("body-html"),
          reply: form.text("stripped-text") || null,
          attachments: form.files,
        };
  return { type: "mail", job, envelope, onceToken: signed.token };
}

/** JSON: a list of `[name, value]`. */
function mailgunHeaders(json: string): MailHeader[] {
  const list = parseJson(json);
  if (!Array.isArray(list)) throw new Unreadable("message-headers is no list");
  return list.flatMap((pair: unknown) => {
    const [key, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
    return typeof key === "string" && typeof value === "string" ? [{ key: key.toLowerCase(), value }] : [];
  });
}

/** The signature is checked before the form is parsed. */
export async function readSendgrid({ headers, body, secret, now }: ProviderCall): Promise<CallReading> {
  if (!verifySendgrid(headers, body, secret, now)) return { type: "unauthentic" };
  const form = await formOf(headers, body);
  const envelope = (parseJson(form.text("envelope") || "{}") ?? {}) as { to?: unknown; from?: unknown };
  const to = Array.isArray(envelope.to) ? envelope.to.filter((value) => typeof value === "string") : [];
  const known: Envelope = {
    from: typeof envelope.from === "string" ? envelope.from.toLowerCase() : null,
    recipients: addresses(to.join(",")),
    providerId: null,
    verdict: { by: "sendgrid", dkim: form.text("dkim") },
  };
  const charsets = (parseJson(form.text("charsets") || "{}") ?? {}) as Record<string, unknown>;
  const written = async (name: string) => decoded(await form.bytes(name), charsets[name]);
  const job: MailJob =
    form.text("email") !== ""
      ? { kind: "raw", bytes: await form.bytes("email") }
      : {
          kind: "parts",
          headers: headerBlock(form.text("headers")),
          text: await written("text"),
          html: await written("html"),
          reply: null,
          attachments: form.files,
        };
  return { type: "mail", job, envelope: known, onceToken: null };
}

/** A header block as it stands in a mail; folded lines belong to the one above. */
function headerBlock(block: string): MailHeader[] {
  const headers: MailHeader[] = [];
  for (const line of block.split(/\r?\n/)) {
    const last = headers.at(-1);
    const colon = line.indexOf(":");
    if (/^[ \t]/.test(line) && last) last.value += ` ${line.trim()}`;
    else if (colon > 0)
      headers.push({ key: line.slice(0, colon).toLowerCase(), value: line.slice(colon + 1).trim() });
  }
  return headers;
}

/** SendGrid leaves each field in the character set that its mail had, and says which. */
function decoded(bytes: Uint8Array, charset: unknown): string {
  try {
    return new TextDecoder(typeof charset === "string" ? charset : "utf-8").decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
