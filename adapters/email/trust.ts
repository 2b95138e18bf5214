/** Is this mail from whom it says, may they speak to us, and is it a person's mail at all? Pure. */
import { type CarrierVerdict, domainOf, headerValue, headerValues, type ParsedMail } from "./inbound.ts";
import type { MailboxOptions } from "./options.ts";

/** How the sender's domain was proved; null: it was not. */
export type Proof = "dmarc" | "dkim" | "spf" | null;

/** `domain`: of the one From address. Fails closed: what is missing, doubled or unclear proves nothing. */
export function proofOf(
  mail: ParsedMail,
  domain: string,
  verdict: CarrierVerdict,
  authservId: string | null,
): Proof {
  switch (verdict.by) {
    case "ses":
      return verdict.dmarcPass && verdict.clean ? "dmarc" : null;
    case "sendgrid":
      return sendgridDkim(verdict.dkim, domain) ? "dkim" : null;
    case "mailgun":
      return mailgunDkim(mail, domain) ? "dkim" : null;
    case "postmark":
      return fromResults(mail, domain, authservId) ?? (postmarkSpf(mail, domain) ? "spf" : null);
    case "headers":
      return fromResults(mail, domain, authservId);
  }
}

/** Is there anything that could prove a sender here? Raw mail has nothing but the header of our own MTA. */
export function canProve({ source, authservId }: Pick<MailboxOptions, "source" | "authservId">): boolean {
  return authservId !== null || (source.kind !== "raw" && source.kind !== "smtp");
}

/** RFC 8601. Only the topmost header counts, and only when our own MTA wrote it: any below may be the sender's. */
function fromResults(mail: ParsedMail, domain: string, authservId: string | null): Proof {
  const top = headerValue(mail, "authentication-results");
  if (authservId === null || top === null) return null;
  const [id, ...results] = withoutHidingPlaces(top).split(";");
  if (id?.trim().split(/\s+/)[0]?.toLowerCase() !== authservId.toLowerCase()) return null;
  const parsed = results.map(resultOf);
  const verdicts = parsed.filter(({ method }) => method.startsWith("dmarc="));
  // One honest header says it once. `none` means that the domain asks for nothing, so its signature decides.
  if (verdicts.length > 1 || verdicts.some(({ method }) => !/^dmarc=(?:pass|none)$/.test(method)))
    return null;
  if (verdicts.some(({ method, fields }) => method === "dmarc=pass" && fields["header.from"] === domain)) {
    return "dmarc";
  }
  const signed = parsed.some(
    ({ method, fields }) => method === "dkim=pass" && aligned(signerOf(fields), domain),
  );
  return signed ? "dkim" : null;
}

function resultOf(result: string): { method: string; fields: Record<string, string> } {
  const [method = "", ...rest] = result.trim().toLowerCase().split(/\s+/);
  const fields: Record<string, string> = {};
  for (const field of rest) {
    const at = field.indexOf("=");
    // The first one counts; a repeated field is somebody's trick.
    if (at > 0) fields[field.slice(0, at)] ??= field.slice(at + 1);
  }
  return { method, fields };
}

function signerOf(fields: Record<string, string>): string {
  return fields["header.d"] ?? domainOf(fields["header.i"] ?? "");
}

/**
 * Nested comments and quoted strings are the places to hide a second verdict in: comments go, and what is quoted keeps
 * nothing that could end a field. A header that leaves one open says nothing.
 */
function withoutHidingPlaces(value: string): string {
  let depth = 0;
  let isQuoted = false;
  let plain = "";
  for (let at = 0; at < value.length; at++) {
    const char = value[at] ?? "";
    if (char === "\\") {
      at++;
      if (depth === 0) plain += "_";
    } else if (char === '"' && depth === 0) isQuoted = !isQuoted;
    else if (isQuoted) plain += /[\s;=()]/.test(char) ? "_" : char;
    else if (char === "(") depth++;
    else if (char === ")") depth = Math.max(0, depth - 1);
    else if (depth === 0) plain += char;
  }
  return isQuoted || depth > 0 ? "" : plain;
}

/**
 * The signer is the sender's domain or above it. A signer below it is not taken: without the list of public suffixes
 * nobody can tell a department from a stranger on the same host.
 */
function aligned(signer: string, domain: string): boolean {
  return signer.includes(".") && (domain === signer || domain.endsWith(`.${signer}`));
}

/** `{@example.com : pass, @other.example : fail}`. */
function sendgridDkim(field: string, domain: string): boolean {
  const results = field.replace(/[{}]/g, "").toLowerCase().split(",");
  return results.some((result) => {
    const [signer = "", outcome = ""] = result.split(":").map((part) => part.trim());
    return outcome === "pass" && aligned(signer.replace(/^@/, ""), domain);
  });
}

/** Mailgun says that the signature holds, not whose it was: so there must be exactly one, by the sender's domain. */
function mailgunDkim(mail: ParsedMail, domain: string): boolean {
  const checks = headerValues(mail, "x-mailgun-dkim-check-result");
  const signatures = headerValues(mail, "dkim-signature");
  if (checks.length !== 1 || checks[0]?.toLowerCase() !== "pass" || signatures.length !== 1) return false;
  const signer = /(?:^|;)\s*d\s*=\s*([^;\s]+)/i.exec(signatures[0] ?? "")?.[1] ?? "";
  return aligned(signer.toLowerCase(), domain);
}

/** Postmark gives SPF only: a pass for an envelope sender of the very domain is DMARC's other way to pass. */
function postmarkSpf(mail: ParsedMail, domain: string): boolean {
  const results = headerValues(mail, "received-spf").map((value) => withoutHidingPlaces(value).toLowerCase());
  if (results.length !== 1) return false;
  const sender = /envelope-from=["<]?([^\s;">]+)/.exec(results[0] ?? "")?.[1] ?? "";
  return /^pass\b/.test(results[0]?.trim() ?? "") && domainOf(sender) === domain;
}

/** `allow`: addresses, or `@domain` for everybody there. */
export function isAllowed(address: string, allow: readonly string[]): boolean {
  const lower = address.toLowerCase();
  return allow.some((rule) => {
    const wanted = rule.toLowerCase();
    return wanted.startsWith("@") ? `@${domainOf(lower)}` === wanted : wanted === lower;
  });
}

/** As mail servers write: there is nobody to answer. */
export function isFromNobody(mail: Pick<ParsedMail, "headers">, envelopeFrom: string | null): boolean {
  return envelopeFrom === "" || headerValue(mail, "return-path")?.trim() === "<>";
}

/** Our own Message-IDs in References: more than this is two machines talking. */
const MAX_OWN_REFERENCES = 10;

/** Why no person waits for an answer to this mail; null: one may. */
export function loopReason(
  mail: ParsedMail,
  envelopeFrom: string | null,
  own: { address: string; isOurs(messageId: string): boolean },
): string | null {
  const submitted = headerValue(mail, "auto-submitted");
  if (submitted !== null && !/^no\b/i.test(submitted.trim())) return "auto_submitted";
  if (headerValue(mail, "list-id") !== null || headerValue(mail, "list-unsubscribe") !== null)
    return "mailing_list";
  if (/\b(?:bulk|list|junk|auto_reply)\b/i.test(headerValue(mail, "precedence") ?? "")) return "bulk";
  if (headerValue(mail, "x-autoreply") !== null || headerValue(mail, "x-autorespond") !== null)
    return "auto_response";
  if (isFromNobody(mail, envelopeFrom)) return "bounce";
  if (mail.from.some(({ address }) => address === own.address.toLowerCase())) return "own_mail";
  if (mail.references.filter((id) => own.isOurs(id)).length >= MAX_OWN_REFERENCES) return "too_deep";
  return null;
}
