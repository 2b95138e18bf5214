/** One mail from its bytes to what became of it: parsed, proved, matched to its run; what does not pass is dropped silently. */
import { createHash } from "node:crypto";
import type { Inlet } from "../../src/core/ports/channel.ts";
import { noteKinds, readNote, writeNote } from "../../src/core/store/notes.ts";
import { domainOf, type Envelope, headerValues, type MailJob, type ParsedMail } from "./inbound.ts";
import type { MailboxOptions } from "./options.ts";
import { takeLaunch, takeReply } from "./respond.ts";
import { drop, type Taken, type Taker } from "./taker.ts";
import { isAllowed, loopReason, proofOf } from "./trust.ts";

export interface Carriage {
  job: MailJob;
  envelope: Envelope;
  /** A token that may vouch for one mail only. */
  onceToken: string | null;
}

/** @throws StoreError: then the carrier must not be told that it arrived */
export async function takeMail(taker: Taker, mailbox: MailboxOptions, carriage: Carriage): Promise<Taken> {
  const parsing = await taker.parser.parse(carriage.job);
  if (!parsing.ok && parsing.why === "busy") return { type: "later" };
  if (!parsing.ok) return drop(taker, mailbox, "unknown", "over_limit", parsing.detail);
  const { mail } = parsing;
  const [from, ...others] = mail.from;
  if (!from || others.length > 0 || headerValues(mail, "from").length !== 1) {
    return drop(taker, mailbox, "unknown", "no_single_sender");
  }
  const sender = from.address;
  const reason = whyNot(taker, mailbox, mail, carriage.envelope, sender);
  if (reason !== null) return drop(taker, mailbox, sender, reason);

  const key = keyOf(mail, carriage.envelope);
  if (carriage.onceToken !== null && !(await isFirstUse(taker.inlet, carriage.onceToken, key))) {
    return drop(taker, mailbox, sender, "replayed");
  }
  // A repetition counts for nothing: neither as a run of this sender nor as a word to it.
  const known = await taker.inlet.store.inboxRow({ source: "email", key });
  if (known?.runId) return { type: "told", runId: known.runId, duplicate: true };
  const trusted = { mailbox, mail, sender, key };
  const sent = await taker.threads.answered(taker.inlet, {
    recipients: recipientsOf(mail, carriage.envelope),
    inReplyTo: mail.inReplyTo,
    references: mail.references,
  });
  if (sent === null) return takeLaunch(taker, trusted);
  if (sent.to !== sender) return drop(taker, mailbox, sender, "unexpected_sender");
  return takeReply(taker, trusted, sent);
}

/** Loops first: an automatic mail of a listed sender is no request either. */
function whyNot(
  taker: Taker,
  mailbox: MailboxOptions,
  mail: ParsedMail,
  envelope: Envelope,
  sender: string,
): string | null {
  const own = { address: taker.options.from.address, isOurs: taker.threads.isOurs };
  const loop = loopReason(mail, envelope.from, own);
  if (loop !== null) return loop;
  if (!isAllowed(sender, mailbox.allow)) return "not_listed";
  const proof = proofOf(mail, domainOf(sender), envelope.verdict, mailbox.authservId);
  return proof === null ? "not_proved" : null;
}

function keyOf(mail: ParsedMail, envelope: Envelope): string {
  const id = mail.messageId ?? envelope.providerId ?? "";
  const sender = mail.from[0]?.address ?? "";
  const hash = createHash("sha256").update(JSON.stringify([id, sender, mail.subject, mail.own]));
  return hash.digest("hex");
}

async function isFirstUse(inlet: Inlet, token: string, key: string): Promise<boolean> {
  const of = createHash("sha256").update(token).digest("hex").slice(0, 32);
  const usedFor = await readNote(inlet.store, noteKinds.mailOnce, of);
  if (usedFor === null) await writeNote(inlet.store, noteKinds.mailOnce, { of, value: key });
  return usedFor === null || usedFor === key;
}

/** The envelope knows best; without one, what the headers say. A token is checked wherever it stood. */
function recipientsOf(mail: ParsedMail, envelope: Envelope): string[] {
  const said = ["delivered-to", "x-original-to", "to", "cc"].flatMap((key) => headerValues(mail, key));
  const found = said
    .join(",")
    .slice(0, 10_000)
    .toLowerCase()
    .matchAll(/[^\s<>,;"]{1,64}@[^\s<>,;"]{1,255}/g);
  return [...envelope.recipients, ...[...found].map(([address]) => address)];
}
