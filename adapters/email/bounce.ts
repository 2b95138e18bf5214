/** Reports that a mail could not be delivered (RFC 3464): which one it was, and with which status. Pure. */
import type { Bounce, MailHeader } from "./inbound.ts";

/** Reports are short; what is returned with them may be long. */
const MAX_SCANNED = 1_000_000;
const MAX_IDS = 10;

/** undefined: it is no report, or of a mail that may still arrive */
export function bounceIn(headers: readonly MailHeader[], bytes: Uint8Array): Bounce | undefined {
  const type = headers.find(({ key }) => key === "content-type")?.value ?? "";
  if (!/^\s*multipart\/report\b.*\breport-type\s*=\s*"?delivery-status\b/is.test(type)) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, MAX_SCANNED));
  const body = text.toString("latin1").replaceAll("\r\n", "\n").split("\n\n").slice(1).join("\n\n");
  if (!/^action:[ \t]*failed\b/im.test(body)) return undefined;
  // The parts that hold these are never encoded.
  const ids = body.matchAll(/^message-id:\s{0,20}<([^<>\s]{3,500})>/gim);
  const status = /^status:[ \t]*([45]\.\d{1,3}\.\d{1,3})\b/im.exec(body)?.[1] ?? null;
  return { messageIds: [...ids].slice(0, MAX_IDS).map(([, id = ""]) => id), status };
}
