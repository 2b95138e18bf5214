/** What came in and what goes out, as rows: the inbox and the outbox of a store. */
import type { Address } from "../actor.ts";
import type { Message } from "../message.ts";

/**
 * ms. No release may claim a message, a post or a run for longer: a claim that ends later was written before a clock was
 * set back. With one process it is free; among several it is free when this time has passed since somebody saw it.
 */
export const longestClaimMs = 60_000;
/** ms. A post that is put off for longer was put off before a clock was set back, and is due. */
export const longestDelayMs = 3_600_000;

/** Names an inbound message for ever alike, so that a redelivery is recognised. */
export interface InboxKey {
  /** Who sends: `slack`, `discord`, `webhook:ci`, `api:<token name>`. With `key` unique for 30 days. */
  source: string;
  key: string;
  /** Fingerprint of an API request: its commit keeps it as the row's outcome. */
  print?: string;
}

/** An inbound message as it was persisted before it was acknowledged; `receivedAt` in ms since the epoch. */
export interface InboxRow extends Omit<InboxKey, "print"> {
  /** JSON of the inbound message; empty for an API request, and once nobody needs it any more. */
  body: string;
  receivedAt: number;
  state: "pending" | "done" | "refused";
  runId: string | null;
  /** What the sender was told; of an API request its fingerprint. */
  outcome: string | null;
}

/**
 * A message that a process has claimed until `leaseUntil`, in ms by the clock of the store. `first`: from this claim on it
 * counts as tried, and nobody had tried it before.
 */
export interface ClaimedRow extends InboxRow {
  leaseUntil: number;
  first: boolean;
}

/** A post at an address and how far it was delivered. `id` as in `Commit.posts`. */
export interface OutboxRow {
  id: string;
  runId: string;
  key: string;
  address: Address;
  body: Message;
  revision: number;
  deliveredRevision: number;
  remoteId: string | null;
  /** A send was begun and its outcome is not known: look it up before sending again. */
  uncertain: boolean;
  attempts: number;
  createdAt: number;
  nextAt: number;
}

/** A post without its words: those are read when it is sent, so that one that can't be read stops no other. */
export type DueDelivery = Omit<OutboxRow, "body">;

/** What became of one attempt to deliver a post; `nextAt` in ms since the epoch. */
export type DeliveryOutcome =
  | { type: "delivered"; revision: number; remoteId: string }
  /** Try again at `nextAt`. `uncertain`: it may stand there already. `lost`: the remote message is gone, post anew. */
  | { type: "retry"; nextAt: number; uncertain: boolean; lost: boolean; error: string }
  /** The channel asked to wait and took nothing: no attempt was made. `uncertain`: as it was before. */
  | { type: "deferred"; nextAt: number; uncertain: boolean }
  /**
   * `revision`: what was given up; words that came meanwhile are still due. `uncertain`: it may stand there already.
   * `at`: when, in ms since the epoch.
   */
  | { type: "given_up"; at: number; revision: number; uncertain: boolean; error: string };
