/** Takes in one mail: parsed, proved, matched to its run. A mail that does not pass is dropped. */
import { createHash } from "node:crypto";
import type { Inlet } from "../../src/core/ports/channel.ts";
import { type MailSent, noteKinds, readNote, writeNote } from "../../src/core/store/notes.ts";
import { domainOf, type Envelope, headerValues, type MailJob, type ParsedMail } from "./inbound.ts";
import { drop, type Intake, passOver, putOff, type Taken } from "./intake.ts";
import { takeLaunch } from "./launch.ts";
import { addressesIn, meaningOf } from "./meaning.ts";
import type { MailboxOptions } from "./options.ts";
import { takeReply } from "./respond.ts";
import { takeBounce } from "./returned.ts";
import { canProve, isAllowed, loopReason, proofOf } from "./trust.ts";

/** A mail as its carrier handed it over, not parsed yet. */
export interface Arrival {
  job: MailJob;
  envelope: Envelope;
  /** A token that may vouch for one mail only. */
  onceToken: string | null;
}

/** What the carrier is told about a mailbox where no sender could ever be proved. */
const noAuthservId = {
  code: "no_authserv_id",
  words: "this mailbox can't prove any sender: authservId is not set in its configuration",
};

/** @throws StoreError: then the carrier must not be told that it arrived */
export async function takeMail(intake: Intake, mailbox: MailboxOptions, arrival: Arrival): Promise<Taken> {
  if (!canProve(mailbox)) return putOff(intake, mailbox, "unknown", noAuthservId);
  const parsing = await intake.parser.parse(arrival.job);
  if (!parsing.ok && parsing.why === "busy") return { type: "later", code: "busy", words: parsing.detail };
  if (!parsing.ok) return drop(intake, mailbox, "unknown", "over_limit", parsing.detail);
  const { mail } = parsing;
  const bounced = await takeBounce(intake, mailbox, mail, arrival.envelope);
  if (bounced !== null) return bounced;
  const [from, ...others] = mail.from;
  if (!from || others.length > 0 || headerValues(mail, "from").length !== 1) {
    return drop(intake, mailbox, "unknown", "no_single_sender");
  }
  const sender = from.address;
  const reason = whyNot(intake, mailbox, mail, arrival.envelope, sender);
  if (reason !== null) return drop(intake, mailbox, sender, reason);

  const [key, ...earlier] = keysOf(mail, arrival.envelope, intake.options.clock.now());
  if (arrival.onceToken !== null && !(await isFirstUse(intake.inlet, arrival.onceToken, key))) {
    return drop(intake, mailbox, sender, "replayed");
  }
  // A repetition counts for nothing: neither as a run of this sender nor as a word to it.
  for (const known of [key, ...earlier]) {
    const row = await intake.inlet.store.inboxRow({ source: "email", key: known });
    if (row?.runId) return { type: "told", runId: row.runId, duplicate: true };
  }
  const trusted = { mailbox, mail, sender, key };
  const sent = await intake.conversations.answered(intake.inlet, {
    recipients: recipientsOf(mail, arrival.envelope),
    inReplyTo: mail.inReplyTo,
    references: mail.references,
  });
  const own = [mailbox.address, intake.options.from.address].map((address) => address.toLowerCase());
  const answered = sent && (await answeredBy(intake.inlet, sent));
  if (sent !== null && answered === null) return drop(intake, mailbox, sender, "unknown_run");
  const what = meaningOf(mail, own, answered);
  if (what.type === "ignore") return passOver(intake, trusted, "to_others");
  if (sent === null || answered === null) return takeLaunch(intake, trusted, what);
  if (sent.to !== sender) return drop(intake, mailbox, sender, "unexpected_sender");
  return takeReply(intake, trusted, { sent, ...answered, what });
}

/** null: nobody knows its run any more. */
async function answeredBy({ store }: Inlet, { runId, questionId }: MailSent) {
  const run = await store.run(runId);
  if (run === null) return null;
  return { run, questionId, question: questionId === null ? null : await store.question(questionId) };
}

/** Loops first: an automatic mail of a listed sender is no request either. */
function whyNot(
  intake: Intake,
  mailbox: MailboxOptions,
  mail: ParsedMail,
  envelope: Envelope,
  sender: string,
): string | null {
  const own = { address: intake.options.from.address, isOurs: intake.conversations.isOurs };
  const loop = loopReason(mail, envelope.from, own);
  if (loop !== null) return loop;
  if (!isAllowed(sender, mailbox.allow)) return "not_listed";
  const proof = proofOf(mail, domainOf(sender), envelope.verdict, mailbox.authservId);
  return proof === null ? "not_proved" : null;
}

/** A mail that carries nothing of its own (no id, no date) is the same mail again for this long. */
const SAME_MAIL_MS = 600_000;

/**
 * The keys that a delivery of this mail may be known by, its own first. Without a Message-ID a mail is known
 * by its date and the stamps of the relays that it came through, which stay as they are when the last of
 * them tries again: the same words next month are another mail. Without those, by the time of its arrival:
 * in this span or the one before.
 */
function keysOf(mail: ParsedMail, { providerId }: Envelope, now: number): [string, ...string[]] {
  const key = (id: string) => {
    const parts = [id, mail.from[0]?.address ?? "", mail.subject, mail.digest];
    return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  };
  const stamps = ["date", "received"].flatMap((header) => headerValues(mail, header));
  const id = mail.messageId ?? providerId ?? stamps.join("\n");
  if (id !== "") return [key(id)];
  const span = Math.floor(now / SAME_MAIL_MS);
  return [key(`at ${span}`), key(`at ${span - 1}`)];
}

async function isFirstUse(inlet: Inlet, token: string, key: string): Promise<boolean> {
  const of = createHash("sha256").update(token).digest("hex").slice(0, 32);
  const usedFor = await readNote(inlet.store, noteKinds.mailOnce, of);
  if (usedFor === null) await writeNote(inlet.store, noteKinds.mailOnce, { of, value: key });
  return usedFor === null || usedFor === key;
}

/** The envelope knows best; without one, what the headers say. A token is checked wherever it stood. */
function recipientsOf(mail: ParsedMail, envelope: Envelope): string[] {
  return [...envelope.recipients, ...addressesIn(mail, "delivered-to", "x-original-to", "to", "cc")];
}
