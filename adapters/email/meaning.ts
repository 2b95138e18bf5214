/** What a mail means: its facts, for the one rule that decides for all channels. Pure. */
import { type Facts, type Meant, meant } from "../../src/core/admit/meant.ts";
import { type Which, whichMeant } from "../../src/core/admit/which.ts";
import { kindOf } from "../../src/core/admit/words.ts";
import type { QuestionRow, RunRow } from "../../src/core/ports/runs.ts";
import { isEnded } from "../../src/core/text/status.ts";
import { choiceIn, saidIn } from "./choice.ts";
import { headerValues, type ParsedMail } from "./inbound.ts";

/** The mail of ours that is answered. `questionId`: of the question that it put; null: it put none. */
export interface Answered {
  run: Pick<RunRow, "status">;
  questionId: string | null;
  /** null: the store does not know it any more. */
  question: QuestionRow | null;
}

/** What mail programs set before the subject of a forward. It is in the thread of what it shows, and begins one here. */
const forwarded = /^\s*(?:fwd?|wg|tr|rv|enc|vb|vl|pd|转发|轉寄|転送)\s*[:：]/i;

/** `answered`: null where the mail answers none of ours. Rights are the run's to judge: it refuses in words. */
export function meaningOf(mail: ParsedMail, own: readonly string[], answered: Answered | null): Meant {
  const hasThread = mail.inReplyTo !== null || mail.references.length > 0;
  const isReply = answered !== null || (hasThread && !forwarded.test(mail.subject));
  return meant({
    addressed: true,
    toOthers: isToOthers(mail, own),
    thread: "direct",
    // What begins a thread is a task, whatever stands below its subject.
    words: isReply ? kindOf(saidIn(mail)) : "words",
    isCommand: false,
    run: runOf(answered),
    which: whichIn(mail, answered),
    may: { say: true, control: true, launch: true },
  });
}

/** A question is answered by its own mail: when it is too late the run says so, and nothing begins anew. */
function runOf(answered: Answered | null): Facts["run"] {
  if (answered === null) return "none";
  return isEnded(answered.run.status) && answered.questionId === null ? "ended" : "live";
}

function whichIn(mail: ParsedMail, answered: Answered | null): Which {
  const questionId = answered?.questionId ?? null;
  if (answered === null || questionId === null) return { to: "run" };
  const { question: row } = answered;
  if (row === null) return { to: "question", questionId, answer: mail.own, chosen: false };
  const { kind } = row.question;
  // It is named by the mail: words that say yes and words that say anything else want its button alike.
  const isLoose = kind === "ask" || kind === "stuck";
  if (!isLoose)
    return kindOf(saidIn(mail)) === "thanks" ? { to: "run" } : { to: "button", questionId, mine: true };
  const choice = choiceIn(row.question, mail);
  const candidate = {
    ...{ id: questionId, kind, askedAt: row.askedAt, settledAt: null, mine: true },
    ...{ answer: choice ?? mail.own, chosen: choice !== null },
  };
  return whichMeant([candidate], saidIn(mail), null);
}

/** Written to others, with us among the copies: as a mention of somebody else begins a message in a chat. */
function isToOthers(mail: ParsedMail, own: readonly string[]): boolean {
  const [to, cc] = [addressesIn(mail, "to"), addressesIn(mail, "cc")];
  const isOurs = (address: string) => own.some((one) => address === one || isBelow(address, one));
  const isSender = (address: string) => mail.from.some((sender) => sender.address === address);
  return to.some((address) => !isSender(address)) && !to.some(isOurs) && cc.some(isOurs);
}

/** `agent+token@host` is of `agent@host`, and `ops+agent+token@host` of `ops+agent@host`. */
function isBelow(address: string, own: string): boolean {
  const at = own.lastIndexOf("@");
  return address.startsWith(`${own.slice(0, at)}+`) && address.endsWith(own.slice(at));
}

/** In lower case, in their order. */
export function addressesIn(mail: Pick<ParsedMail, "headers">, ...keys: readonly string[]): string[] {
  const said = keys.flatMap((key) => headerValues(mail, key));
  const found = said
    .join(",")
    .slice(0, 10_000)
    .toLowerCase()
    .matchAll(/[^\s<>,;"]{1,64}@[^\s<>,;"]{1,255}/g);
  return [...found].map(([address]) => address);
}
