/** What a reply to one of our mails does: answer its question, steer its run, stop it, let it go on, or follow it up. */
import type { Meant } from "../../src/core/admit/meant.ts";
import type { RunCommand } from "../../src/core/command.ts";
import type { RunRow } from "../../src/core/ports/runs.ts";
import type { MailSent } from "../../src/core/store/notes.ts";
import { drop, type Intake, passOver, type Reply, type Taken, type TrustedMail } from "./intake.ts";
import { actorOf, followUp, withId } from "./launch.ts";
import { refuse } from "./refuse.ts";

const noWords = {
  code: "empty_text",
  message: "I found no words of yours in this mail, only the quote. Please write your answer above it.",
} as const;

interface ToMail {
  /** The mail of ours that is answered. */
  sent: MailSent;
  run: RunRow;
  what: Meant;
}

/** Quoted text is left out of what counts as the sender's words. */
export async function takeReply(intake: Intake, trusted: TrustedMail, to: ToMail): Promise<Taken> {
  const { inlet, conversations } = intake;
  const { sent } = to;
  const before = await conversations.conversation(inlet, sent.address);
  if (before === null) return drop(intake, trusted.mailbox, trusted.sender, "unknown_run");
  const conversation = { ...before, messageIds: withId(before.messageIds, trusted.mail) };
  await conversations.saveConversation(inlet, sent.address, conversation);
  const reply = { ...trusted, conversation, sent };
  if (trusted.mail.own === "") return refuse(intake, trusted, conversation, noWords, sent);
  return done(intake, reply, to);
}

function done(intake: Intake, reply: Reply, { what, run }: ToMail): Promise<Taken> | Taken {
  const words = reply.mail.own;
  switch (what.type) {
    case "answer": {
      const { questionId, answer } = what;
      return command(intake, reply, { type: "provide_input", questionId, answer, ...by(reply) }, "answered");
    }
    case "press": {
      const message = `This can't be decided by mail. Decide it in the console: ${intake.options.runUrl(run.runId)}`;
      return refuse(intake, reply, reply.conversation, { code: "not_an_approver", message }, reply.sent);
    }
    case "react":
      return passOver(intake, reply, "thanks");
    case "stop":
      return command(intake, reply, { type: "cancel", reason: words, ...by(reply) }, "told");
    case "follow_up":
      return followUp(intake, reply, run);
    default:
      return run.status === "max_steps_reached"
        ? goOn(intake, reply)
        : command(intake, reply, { type: "say", text: words, ...by(reply) }, "told");
  }
}

/**
 * A run that has used up its steps: the words are told to it, then it goes on. Each has a key of its own, and the
 * mail's own key comes last: a mail that comes again after half of it does the other half.
 */
async function goOn(intake: Intake, reply: Reply): Promise<Taken> {
  const words = { type: "say", text: reply.mail.own, ...by(reply) } as const;
  const told = await command(intake, reply, words, "told", `${reply.key}/words`);
  if (told.type !== "told") return told;
  return command(intake, reply, { type: "resume", ...by(reply) }, "told");
}

async function command(
  intake: Intake,
  reply: Reply,
  what: RunCommand,
  type: "told" | "answered",
  inboxKey = reply.key,
): Promise<Taken> {
  const { inlet } = intake;
  const key = { source: "email", key: inboxKey };
  const submitted = await inlet.command(reply.sent.runId, what, key);
  if (!submitted.ok) {
    // The same mail at once over two ways: the other one was the answer, and this is no news to anybody.
    const before = await inlet.store.inboxRow(key);
    if (before?.runId) return { type, runId: before.runId, duplicate: true };
    return refuse(intake, reply, reply.conversation, submitted.refusal, reply.sent);
  }
  return { type, runId: submitted.runId, duplicate: submitted.duplicate };
}

function by({ sender, sent }: Reply) {
  return { actor: actorOf(sender), via: { channel: "email", address: sent.address } };
}
