/** A mail that starts a run: a first request, or a reply that carries on where a finished run ended. */
import { type Actor, threadAt } from "../../src/core/actor.ts";
import type { Meant } from "../../src/core/admit/meant.ts";
import type { LaunchRequest } from "../../src/core/command.ts";
import type { RunRow } from "../../src/core/ports/runs.ts";
import type { MailThread } from "../../src/core/store/notes.ts";
import { domainOf, headerValue, type ParsedMail } from "./inbound.ts";
import { type Intake, passOver, putOff, type Reply, type Taken, type TrustedMail } from "./intake.ts";
import { refuse } from "./refuse.ts";
import { MAX_LAUNCHES } from "./sender-limit.ts";

const MAX_QUOTED = 8_000;

const tooMany = {
  code: "too_many",
  words: `one sender may start ${MAX_LAUNCHES} runs an hour; this mail is taken when the hour is over`,
};

const nothingToStop = {
  code: "run_not_found",
  message:
    "I know no run that this mail could stop. Reply to a mail of the run itself, or stop it in the console.",
} as const;

/** The conversation is saved before the launch, so that a crash in between loses no reply address. */
export async function takeLaunch(intake: Intake, trusted: TrustedMail, what: Meant): Promise<Taken> {
  const { mail, mailbox, sender, key } = trusted;
  if (what.type === "react") return passOver(intake, trusted, "thanks");
  if (!(await intake.limit.take(sender))) return putOff(intake, mailbox, sender, tooMany);
  const address = `email:${intake.conversations.conversationToken(key)}`;
  const conversation: MailThread = {
    to: sender,
    subject: mail.subject,
    messageIds: withId(mail.references, mail),
    receipt: mailbox.receipt,
  };
  if (what.type === "stop") return refuse(intake, trusted, conversation, nothingToStop, null);
  await intake.conversations.saveConversation(intake.inlet, address, conversation);
  const place = mailbox.speaksAt && threadAt(mailbox.speaksAt, key.slice(0, 32));
  const addresses = place === null ? [address] : [address, place];
  return launch(intake, trusted, { addresses, follows: null }, conversation);
}

/** A reply to a finished run goes on in a new one, in the same conversation. */
export async function followUp(intake: Intake, reply: Reply, row: RunRow): Promise<Taken> {
  if (!(await intake.limit.take(reply.sender))) return putOff(intake, reply.mailbox, reply.sender, tooMany);
  // Every run of a mail has read one, and a mail is untrusted.
  const follows = { runId: row.runId, task: row.task, outcome: row.status, untrusted: true };
  return launch(intake, reply, { addresses: [reply.sent.address], follows }, reply.conversation);
}

async function launch(
  intake: Intake,
  trusted: TrustedMail,
  place: Pick<LaunchRequest, "addresses" | "follows">,
  conversation: MailThread,
): Promise<Taken> {
  const { mail, mailbox, sender, key } = trusted;
  const task = place.follows ? mail.own : [mail.subject, mail.own].filter((text) => text !== "").join("\n\n");
  const submitted = await intake.inlet.launch(
    mailbox.agent,
    {
      task,
      actor: actorOf(sender),
      via: { channel: "email" },
      // The words of a proved and listed person are the task; what else a mail carries is untrusted data.
      trusted: true,
      context: [{ source: `mail of ${sender}`, text: aroundOf(mail), trusted: false }],
      parent: null,
      ...place,
    },
    { source: "email", key },
  );
  if (!submitted.ok) return refuse(intake, trusted, conversation, submitted.refusal, null);
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
  const more = mail.quoted.length - MAX_QUOTED;
  const missing = more > 0 ? [`(${more} more characters of the mail are left out here)`] : [];
  return [`subject: ${mail.subject}`, ...headers, ...files, ...quoted, ...missing].join("\n");
}

/** A mail speaks for its sender but is no session of theirs: it never approves. */
export function actorOf(sender: string): Actor {
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

/** These Message-IDs with the one of this mail as the newest. */
export function withId(ids: readonly string[], mail: ParsedMail): string[] {
  return mail.messageId === null ? [...ids] : [...ids.filter((id) => id !== mail.messageId), mail.messageId];
}
