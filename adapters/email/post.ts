/** Which of a run's posts become mails: a receipt if asked for, each question once, the outcome. The rest is quiet. */
import { questionOf } from "../../src/core/message.ts";
import { ChannelError, type Delivery, type Inlet } from "../../src/core/ports/channel.ts";
import type { MailThread } from "../../src/core/store/notes.ts";
import { isEnded, type Status } from "../../src/core/text/status.ts";
import { renderMail } from "./render.ts";
import { replySubject } from "./respond.ts";
import type { Mailer } from "./send.ts";
import type { Threads } from "./threads.ts";

export interface Poster {
  inlet: Inlet;
  threads: Threads;
  mailer: Mailer;
  runUrl(runId: string): string;
}

const QUIET = "quiet";

/** Returns what stands there: `quiet`, or `<what> <message id>`. @throws ChannelError */
export async function postMail(poster: Poster, delivery: Delivery): Promise<string> {
  const { inlet, threads, mailer, runUrl } = poster;
  const row = await inlet.store.run(delivery.runId);
  const thread = await threads.thread(inlet, delivery.address);
  if (!thread || !row) throw new ChannelError("nobody knows this mail thread", { permanent: true });
  const what = occasion(delivery, row.status, thread);
  if (what === null || delivery.remoteId?.split(" ")[0] === what) return delivery.remoteId ?? QUIET;

  const token = threads.sentToken(`${delivery.id} ${what}`);
  const questionId = what === "question" ? questionOf(delivery) : null;
  // Remembered before it is sent: an answer may come at once.
  await threads.saveSent(inlet, token, {
    runId: delivery.runId,
    questionId,
    to: thread.to,
    address: delivery.address,
  });
  const messageId = threads.messageId(token);
  await mailer.send({
    to: thread.to,
    subject: thread.subject === "" ? delivery.body.summary : replySubject(thread.subject),
    ...renderMail(delivery.body, { runUrl, reply: what === "question" }),
    messageId,
    replyTo: threads.replyAddress(token),
    references: thread.messageIds.length > 0 ? thread.messageIds : [rootOf(threads, delivery)],
  });
  return `${what} ${messageId}`;
}

/** At an address where no mail was before, mails of one run hang together by a root that nobody sent. */
function rootOf(threads: Threads, { runId, address }: Delivery): string {
  return threads.messageId(threads.threadToken(`${runId} ${address}`));
}

/** One word without spaces; null: not worth a mail. */
function occasion(delivery: Delivery, status: Status, thread: MailThread): string | null {
  const { key, body, remoteId } = delivery;
  if (questionOf(delivery) !== null) {
    // A settled question has no buttons; who answered need not be told by mail.
    return remoteId === null && body.blocks.some((block) => block.type === "actions") ? "question" : null;
  }
  if (key === "answer") return "outcome";
  if (status === "max_steps_reached") return "limit";
  // A long answer is a post of its own.
  if (isEnded(status)) return body.blocks.some((block) => block.type === "text") ? "outcome" : null;
  return thread.receipt && remoteId === null ? "receipt" : null;
}
