/** What each reply of a mail server means for a mail: its words, its reader's mailbox, or the way there. */
import type { SendFailure } from "../../src/core/ports/channel-error.ts";

/** What the reply answers. `data`: the command, before any word of the mail; `message`: the whole mail. */
export type Stage = "session" | "sender" | "recipient" | "data" | "message";

/** One reply of a mail server. `enhanced`: as `5.1.1` (RFC 3463), or null where the server says no more than a code. */
export interface Reply {
  stage: Stage;
  code: number;
  enhanced: string | null;
}

const way = { type: "way", retryAfterMs: null } as const satisfies SendFailure;
const body = { type: "body" } as const satisfies SendFailure;
/** Kept, and tried slowly: somebody may empty the mailbox, or write its name right. */
const notNow = { type: "place", gone: false } as const satisfies SendFailure;
const gone = { type: "place", gone: true } as const satisfies SendFailure;

/** RFC 5321, 4954 and 5248: commands that are not known, a login or a cipher that is wanted. */
const ofWay: ReadonlySet<number> = new Set([500, 502, 503, 504, 523, 525, 530, 534, 535, 538]);

/**
 * Subject and detail of the enhanced codes that say alone what is meant, at each stage and in each class: the register
 * of RFC 5248. What is not listed (other, policy, syntax) is about what the reply answers.
 */
const byDetail: ReadonlyMap<string, SendFailure> = new Map<string, SendFailure>([
  // Bad mailbox, bad system, bad syntax, moved away, a domain without mail; a mailbox or domain with a new owner.
  ...each(gone, "1.1 1.2 1.3 1.6 1.10 7.17 7.18"),
  // An address that is ambiguous, relayed wrongly; a mailbox that is closed, full, a list that can't be expanded.
  ...each(notNow, "1.0 1.4 1.5 1.9 2.0 2.1 2.2 2.4"),
  // Beyond the server that we speak to: no answer, no route, a loop, too old.
  ...each(notNow, "4.0 4.1 4.2 4.3 4.4 4.5 4.6 4.7"),
  // Not ASCII in an address; not our sender's right to write to this list; nobody can tell whose mailbox it is.
  ...each(notNow, "6.7 6.8 6.9 6.10 7.2 7.19"),
  // Too long, too large, media and conversions; too large for its priority.
  ...each(body, "2.3 3.4 6.0 6.1 6.2 6.3 6.4 6.5 6.6 7.16"),
  // Our own address; the mail system as a whole; the protocol.
  ...each(way, "1.7 1.8 3.1 3.2 3.3 3.5 3.6 5.1 5.3 5.5 5.6"),
  // Ciphers, logins, priorities.
  ...each(way, "7.3 7.4 7.5 7.6 7.7 7.8 7.9 7.10 7.11 7.12 7.13 7.14 7.15 7.30"),
  // DKIM, SPF, reverse DNS, a domain of ours that takes no mail, too much mail, ARC.
  ...each(way, "7.20 7.21 7.22 7.23 7.24 7.25 7.26 7.27 7.28 7.29"),
]);

function each(failure: SendFailure, details: string): [string, SendFailure][] {
  return details.split(" ").map((detail) => [detail, failure]);
}

/** Of a reply that is no success. */
export function refusalOf({ stage, code, enhanced }: Reply): SendFailure {
  const detail = enhanced?.slice(enhanced.indexOf(".") + 1) ?? null;
  const known = detail === null ? undefined : byDetail.get(detail);
  if (code < 500) return detail === "2.2" ? notNow : way;
  if (stage === "session" || ofWay.has(code)) return way;
  // Of the sender's address nothing but the size of the mail concerns the mail itself.
  if (stage === "sender") return known === body || (known === undefined && code === 552) ? body : way;
  if (known !== undefined) return known;
  if (code === 556) return gone;
  return stage === "message" ? body : notNow;
}
