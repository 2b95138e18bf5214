/** What a trusted mail does: start a run, answer a question, or be told to a run that works. */

import { type Actor, threadAt } from "../../src/core/actor.ts";
import type { LaunchRequest, Refusal, RunCommand } from "../../src/core/command.ts";
import type { RunRow } from "../../src/core/ports/store.ts";
import type { MailSent, MailThread } from "../../src/core/store/notes.ts";
import { isEnded } from "../../src/core/text/status.ts";
import { domainOf, headerValue, type ParsedMail } from "./inbound.ts";
import { drop, type Taken, type Taker, type TrustedMail } from "./taker.ts";

const MAX_QUOTED = 8_000;

export async function takeLaunch(taker: Taker, trusted: TrustedMail): Promise<Taken> {
  const { mail, mailbox, sender, key } = trusted;
  if (!taker.limit.take(sender)) return drop(taker, mailbox, sender, "too_many");
  const address = `email:${taker.threads.threadToken(key)}`;
  const thread: MailThread = {
    to: sender,
    subject: mail.subject,
    messageIds: withId(mail.references, mail),
    receipt: mailbox.receipt,
  };
  await taker.threads.saveThread(taker.inlet, address, thread);
  const place = mailbox.speaksAt && threadAt(mailbox.speaksAt, key.slice(0, 32));
  const addresses = place === null ? [address] : [address, place];
  return launch(taker, trusted, { addresses, follows: null }, thread);
}

export async function takeReply(taker: Taker, trusted: TrustedMail, sent: MailSent): Promise<Taken> {
  const { inlet, threads } = taker;
  const row = await inlet.store.run(sent.runId);
  const before = await threads.thread(inlet, sent.address);
  if (row === null || before === null) return drop(taker, trusted.mailbox, trusted.sender, "unknown_run");
  const thread = { ...before, messageIds: withId(before.messageIds, trusted.mail) };
  await threads.saveThread(inlet, sent.address, thread);
  if (trusted.mail.own === "") {
    const words =
      "I found no words of yours in this mail, only the quote. Please write your answer above it.";
    return refuse(taker, trusted, thread, { code: "empty_text", message: words }, sent);
  }
  if (sent.questionId !== null)
    return answer(taker, trusted, thread, { ...sent, questionId: sent.questionId });
  if (isEnded(row.status)) return followUp(taker, trusted, thread, sent, row);
  const say = {
    type: "say",
    text: trusted.mail.own,
    actor: actorOf(trusted.sender),
    via: viaOf(sent),
  } as const;
  return command(taker, trusted, thread, sent, say, "told");
}

/** The question is named by the token: it is the right one of two, and a closed one stays closed. */
async function answer(
  taker: Taker,
  trusted: TrustedMail,
  thread: MailThread,
  sent: MailSent & { questionId: string },
): Promise<Taken> {
  const row = await taker.inlet.store.question(sent.questionId);
  if (row && row.question.kind !== "ask" && row.question.kind !== "stuck") {
    const message = `This can't be decided by mail. Decide it in the console: ${taker.options.runUrl(sent.runId)}`;
    return refuse(taker, trusted, thread, { code: "not_an_approver", message }, sent);
  }
  const input = {
    type: "provide_input",
    questionId: sent.questionId,
    answer: trusted.mail.own,
    actor: actorOf(trusted.sender),
    via: viaOf(sent),
  } as const;
  return command(taker, trusted, thread, sent, input, "answered");
}

async function command(
  taker: Taker,
  trusted: TrustedMail,
  thread: MailThread,
  sent: MailSent,
  what: RunCommand,
  type: "told" | "answered",
): Promise<Taken> {
  const key = { source: "email", key: trusted.key };
  const submitted = await taker.inlet.command(sent.runId, what, key);
  if (!submitted.ok) {
    // The same mail at once over two ways: the other one was the answer, and this is no news to anybody.
    const before = await taker.inlet.store.inboxRow(key);
    if (before?.runId) return { type, runId: before.runId, duplicate: true };
    return refuse(taker, trusted, thread, submitted.refusal, sent);
  }
  return { type, runId: submitted.runId, duplicate: submitted.duplicate };
}

/** A reply to a finished run goes on in a new one, in the same thread. */
async function followUp(
  taker: Taker,
  trusted: TrustedMail,
  thread: MailThread,
  sent: MailSent,
  row: RunRow,
): Promise<Taken> {
  if (!taker.limit.take(trusted.sender)) return drop(taker, trusted.mailbox, trusted.sender, "too_many");
  // Every run of a mail has read one, and a mail marks.
  const follows = { runId: row.runId, task: row.task, outcome: row.status, tainted: true };
  return launch(taker, trusted, { addresses: [sent.address], follows }, thread);
}

async function launch(
  taker: Taker,
  trusted: TrustedMail,
  place: Pick<LaunchRequest, "addresses" | "follows">,
  thread: MailThread,
): Promise<Taken> {
  const { mail, mailbox, sender, key } = trusted;
  const task = place.follows ? mail.own : [mail.subject, mail.own].filter((text) => text !== "").join("\n\n");
  const submitted = await taker.inlet.launch(
    mailbox.agent,
    {
      task,
      actor: actorOf(sender),
      via: { channel: "email" },
      // The words of a proved and listed person are the task; what else a mail carries is data and marks the run.
      trusted: true,
      context: [{ source: `mail of ${sender}`, text: aroundOf(mail), trusted: false }],
      parent: null,
      ...place,
    },
    { source: "email", key },
  );
  if (!submitted.ok) return refuse(taker, trusted, thread, submitted.refusal, null);
  return { type: "launched", runId: submitted.runId, duplicate: submitted.duplicate };
}

/** Headers, attachments by name, and what the sender quoted or forwarded. */
function aroundOf(mail: ParsedMail): string {
  const headers = ["from", "to", "cc", "date"].flatMap((key) => {
    const value = headerValue(mail, key);
    return value === null ? [] : `${key}: ${value.slice(0, 500)}`;
  });
  const files = mail.attachments.map(
    ({ name, type, bytes }) => `attachment, not read: ${name} (${type}, ${bytes} bytes)`,
  );
  const quoted = mail.quoted === "" ? [] : ["", mail.quoted.slice(0, MAX_QUOTED)];
  return [`subject: ${mail.subject}`, ...headers, ...files, ...quoted].join("\n");
}

/** A mail speaks for its sender but is no session of theirs: it never approves. */
function actorOf(sender: string): Actor {
  const groups = [`email:@${domainOf(sender)}`];
  return {
    principal: `email:${sender}`,
    name: sender,
    groups,
    guest: false,
    kind: "machine",
    asked: "words",
  };
}

function viaOf(sent: MailSent): { channel: string; address: string } {
  return { channel: "email", address: sent.address };
}

function withId(ids: readonly string[], mail: ParsedMail): string[] {
  return mail.messageId === null ? [...ids] : [...ids.filter((id) => id !== mail.messageId), mail.messageId];
}

/** A word to the sender alone. Best effort: a refusal is not worth a second try. */
async function refuse(
  taker: Taker,
  trusted: TrustedMail,
  thread: MailThread,
  refusal: Pick<Refusal, "code" | "message">,
  sent: MailSent | null,
): Promise<Taken> {
  const { options, threads, inlet, mailer } = taker;
  options.log.info({ mailbox: trusted.mailbox.name, code: refusal.code }, "mail refused");
  if (mailer && taker.limit.mayTell(trusted.sender)) {
    const token = threads.sentToken(`refusal/${trusted.key}`);
    try {
      if (sent) await threads.saveSent(inlet, token, sent);
      await mailer.send({
        to: trusted.sender,
        subject: replySubject(thread.subject || trusted.mail.subject),
        text: `${refusal.message}\n`,
        html: `<p>${refusal.message.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</p>\n`,
        messageId: threads.messageId(token),
        replyTo: sent ? threads.replyAddress(token) : options.from.address,
        references: thread.messageIds,
      });
    } catch (error) {
      options.log.warn({ err: error }, "mail refusal not sent");
    }
  }
  return { type: "refused", code: refusal.code };
}

export function replySubject(subject: string): string {
  return /^re:/i.test(subject) ? subject : `Re: ${subject}`;
}
