/** Chooses which of a run's posts become mails: the receipt, each question once, each step limit, the outcome. */
import { type Button, questionOf } from "../../src/core/message.ts";
import type { Delivery, Inlet } from "../../src/core/ports/channel.ts";
import { ChannelError } from "../../src/core/ports/channel-error.ts";
import type { MailThread } from "../../src/core/store/notes.ts";
import { isEnded, type Status } from "../../src/core/text/status.ts";
import type { Conversations } from "./conversations.ts";
import { filesOf, missingInWords, noPictures, type Pictures, picturesFor, withoutFiles } from "./pictures.ts";
import { replySubject } from "./refuse.ts";
import { renderMail, renderWords } from "./render.ts";
import type { Mailer, OutMail } from "./send.ts";

/** What sending a post as a mail needs. */
export interface Poster {
  inlet: Inlet;
  conversations: Conversations;
  mailer: Mailer;
  runUrl(runId: string): string;
}

const QUIET = "quiet";

/** Of what hangs on more than words the answer is refused, so that the mail must not ask for one. */
async function isTakenByMail({ store }: Inlet, questionId: string | null): Promise<boolean> {
  const row = questionId === null ? null : await store.question(questionId);
  return row === null || row.question.kind === "ask" || row.question.kind === "stuck";
}

/** Returns what stands there: `quiet`, or `<what> <message id>`. @throws ChannelError */
export async function postMail(poster: Poster, delivery: Delivery): Promise<string> {
  const { inlet, conversations, mailer, runUrl } = poster;
  const row = await inlet.store.run(delivery.runId);
  const conversation = await conversations.conversation(inlet, delivery.address);
  if (!conversation || !row)
    throw new ChannelError("nobody knows this mail thread", { type: "place", gone: true });
  const what = occasion(delivery, row.status, conversation);
  if (what === null || isSent(what, delivery)) return delivery.remoteId ?? QUIET;

  // A run may reach its limit again after it went on: each time is a mail of its own.
  const nth = what === "limit" ? ` ${delivery.revision}` : "";
  const token = conversations.sentToken(`${delivery.id} ${what}${nth}`);
  const questionId = what === "question" ? questionOf(delivery) : null;
  // Remembered before it is sent: an answer may come at once.
  await conversations.saveSent(inlet, token, {
    runId: delivery.runId,
    questionId,
    to: conversation.to,
    address: delivery.address,
  });
  const messageId = conversations.messageId(token);
  const url = runUrl(delivery.runId);
  const reply = what === "limit" || (what === "question" && (await isTakenByMail(inlet, questionId)));
  const mailWith = (pictures: Pictures): OutMail => ({
    to: conversation.to,
    subject: conversation.subject === "" ? delivery.body.summary : replySubject(conversation.subject),
    ...renderMail(delivery.body, {
      runUrl,
      reply,
      last: missingInWords(pictures, url),
    }),
    messageId,
    files: filesOf(pictures),
    replyTo: conversations.replyAddress(token),
    references:
      conversation.messageIds.length > 0 ? conversation.messageIds : [rootOf(conversations, delivery)],
  });
  const pictures = what === "outcome" ? await picturesFor(inlet.store, delivery) : noPictures;
  await sendOrPoint({ mailer, mailWith, url }, pictures);
  return `${what} ${messageId}`;
}

interface Sending {
  mailer: Mailer;
  mailWith(pictures: Pictures): OutMail;
  /** Of the run in the console. */
  url: string;
}

/**
 * A mail that the server takes in no size or form: the console has the whole, and that much can be said. Pictures may be
 * what is too much: the words go without them first.
 */
async function sendOrPoint(sending: Sending, pictures: Pictures): Promise<void> {
  const { mailer, mailWith, url } = sending;
  const mail = mailWith(pictures);
  try {
    await mailer.send(mail);
  } catch (error) {
    if (!ofBody(error)) throw error;
    if (pictures.taken.length > 0) return await sendOrPoint(sending, withoutFiles(pictures));
    const words = `The mail server does not take the whole of this mail (${error.message}). It is in the console: ${url}`;
    await point(mailer, { ...mail, ...renderWords(words) });
  }
}

/** Whoever refuses two lines with a link does not refuse the words: the mailbox takes nothing of ours as it is. */
async function point(mailer: Mailer, mail: OutMail): Promise<void> {
  try {
    await mailer.send(mail);
  } catch (error) {
    if (!ofBody(error)) throw error;
    throw new ChannelError(error.message, { type: "place", gone: false }, { cause: error });
  }
}

function ofBody(error: unknown): error is ChannelError {
  return error instanceof ChannelError && error.failure.type === "body";
}

/** At an address where no mail was before, mails of one run hang together by a root that nobody sent. */
function rootOf(conversations: Conversations, { runId, address }: Delivery): string {
  return conversations.messageId(conversations.conversationToken(`${runId} ${address}`));
}

/** A new body is a new limit: between two the run went on, even if nobody was told. */
function isSent(what: string, { remoteId }: Delivery): boolean {
  return what !== "limit" && remoteId?.split(" ")[0] === what;
}

/** One word without spaces; null: not worth a mail. The row is newer than the body: each says its part. */
function occasion(delivery: Delivery, status: Status, conversation: MailThread): string | null {
  const { key, body, remoteId } = delivery;
  if (questionOf(delivery) !== null) {
    // A settled question has no buttons; who answered need not be told by mail.
    return remoteId === null && body.blocks.some((block) => block.type === "actions") ? "question" : null;
  }
  if (key === "answer") return "outcome";
  if (status === "max_steps_reached") return offers(body, "resume") ? "limit" : null;
  // A long answer is a post of its own.
  if (isEnded(status)) return body.blocks.some((block) => block.type === "text") ? "outcome" : null;
  return conversation.receipt && remoteId === null ? "receipt" : null;
}

function offers(body: Delivery["body"], action: Button["action"]): boolean {
  return body.blocks.some(
    (block) => block.type === "actions" && block.buttons.some((button) => button.action === action),
  );
}
