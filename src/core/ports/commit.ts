/** One commit of a run, and what became of it. */
import type { Address } from "../actor.ts";
import type { RunEvent } from "../event.ts";
import type { Post } from "../message.ts";
import type { InboxKey } from "./deliveries.ts";
import type { QuestionRow, RunRow } from "./runs.ts";

/** One transaction: the events and everything derived from them, or nothing. */
export interface Commit {
  runId: string;
  /** Version of the run that these events follow; 0 for a launch. */
  expect: number;
  /**
   * The worker's epoch: a commit of a worker that lost the run is refused. null: not a worker (a person, an API call).
   */
  epoch: number | null;
  /** May be empty: then only the wake-up and the lease change. */
  events: readonly RunEvent[];
  row: RunRow;
  /** When a worker should look at the run: ms, or null for "when somebody speaks". */
  wakeAt: number | null;
  /** The worker lets the run go in the same transaction. */
  release: boolean;
  /**
   * Posts that changed, and where each should stand. `id` is `<runId>/<key>#<n>`, n being the place of the address
   * among the run's addresses: it stays when a provisional address becomes a real one. A known id with another
   * address moves there (that alone is no new revision).
   */
  posts: readonly (Post & { id: string; address: Address })[];
  /** New addresses: from now on what is said there belongs to this run. */
  addresses: readonly Address[];
  /** Questions that were opened or settled. */
  questions: readonly QuestionRow[];
  /** The inbound message this commit answers; a second commit for the same key is refused as a duplicate. */
  inbox: InboxKey | null;
  /** Other runs that should look again (a parent whose child ended, a child whose parent failed). */
  wake: readonly string[];
  /**
   * The run is forgotten with these events, whose last is `forgotten`: everything before it goes, with its posts,
   * questions, addresses and attachments, the words of the messages and decisions about it, and these notes.
   */
  forgets?: { notes: readonly string[] };
  /**
   * A launch for a place of its own: `taken` when a run that came to this address after the run `after` (null: any
   * run) has not ended.
   */
  only?: Only;
  /** A launch that its own process drives: held by this owner from the first moment on, under epoch 1. */
  claim?: { owner: string; leaseMs: number };
}

/** No unfinished run may have come to `address` since the run `after` (null: since ever). */
export type Only = { address: Address; after: string | null };

/** What became of a commit; when it is not ok, nothing at all was written. */
export type Committed =
  /** `claimed`: as `Commit.claim` says. */
  | { ok: true; version: number; claimed?: true }
  /**
   * conflict: the run is at another version · fenced: the worker's epoch is old · duplicate: the inbox key is taken
   */
  | { ok: false; why: "conflict" | "fenced" }
  | { ok: false; why: "duplicate"; runId: string | null }
  /** The newest run that stands against `Commit.only`. */
  | { ok: false; why: "taken"; runId: string };

/** Told after a commit, in this process and (on PostgreSQL) in the others: a hint to look, never the only word. */
export interface Changed {
  runId: string;
  version: number;
  ended: boolean;
  /** It was due with this commit, and nobody held it: a wake-up is on its way as well. */
  due: boolean;
}
