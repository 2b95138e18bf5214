/** What the engine needs of a store: each method is one transaction. SQLite and PostgreSQL implement it. */
import type { Address } from "../actor.ts";
import type { Agent } from "../agent.ts";
import type { RunEvent } from "../event.ts";
import type { Changed, Commit, Committed } from "./commit.ts";
import type {
  ClaimedRow,
  DeliveryOutcome,
  DueDelivery,
  InboxKey,
  InboxRow,
  OutboxRow,
} from "./deliveries.ts";
import type { AuditFilter, AuditRow, KeptAudit, NoteRow, SessionRow, StoredAttachment } from "./kept-rows.ts";
import type {
  Claim,
  EdgeEvent,
  QuestionCount,
  QuestionPage,
  QuestionPlace,
  QuestionRow,
  ReadEvent,
  RunFilter,
  RunRow,
  TitledRun,
} from "./runs.ts";

/**
 * Every method is one transaction. Errors: UnreadableError for one record, any other StoreError for the whole
 * store, anything else is a bug. A list leaves out what can't be read and tells it to the `unreadable` that
 * the store was opened with.
 */
export interface Store {
  commit(commit: Commit): Promise<Committed>;
  /** Events after version `after` (default 0), in order. Empty for an unknown run. */
  read(runId: string, after?: number): Promise<RunEvent[]>;
  /** The same for whoever looks at the log: an event that can't be read hides no other. */
  readEach(runId: string, after: number): Promise<ReadEvent[]>;
  run(runId: string): Promise<RunRow | null>;
  runs(filter: RunFilter): Promise<RunRow[]>;
  /**
   * Of the newest so many runs those that have ended and whose task holds some of these words, which are in lower case:
   * those that hold most of them first, then the newest.
   */
  endedRunsWith(search: { words: readonly string[]; among: number }): Promise<TitledRun[]>;
  /** The launches and the ends of these runs, in no order; a forgotten run has neither. */
  edgesOf(runIds: readonly string[]): Promise<EdgeEvent[]>;
  /** The run that what is said at this address is meant for: one that asks, else one that works, else the newest. */
  runAt(address: Address): Promise<string | null>;
  /** All runs at this address that have not ended, in the order in which they came there. */
  liveRunsAt(address: Address): Promise<string[]>;
  question(questionId: string): Promise<QuestionRow | null>;
  /** Open questions of all runs, or of these alone, behind a place in the list. `limit`: rows at most. */
  openQuestions(list: {
    limit: number;
    after?: QuestionPlace | null;
    runIds?: readonly string[];
  }): Promise<QuestionPage>;
  countOpenQuestions(): Promise<QuestionCount[]>;

  /**
   * Take up to `limit` runs that are due (wakeAt <= now) and nobody holds; each gets a higher epoch. `except`: what
   * this owner drives, whose lease may have run out all the same (a process that slept, a clock that was set).
   * `only`: of these runs.
   */
  claim(claim: {
    owner: string;
    now: number;
    leaseMs: number;
    limit: number;
    except?: readonly string[];
    only?: readonly string[];
  }): Promise<Claim[]>;
  /** Prolong the leases that this owner holds on these runs; returns which it still holds. */
  renew(renewal: {
    owner: string;
    now: number;
    leaseMs: number;
    runIds: readonly string[];
  }): Promise<string[]>;
  /**
   * Let go of a run with which nothing was done, if this owner still holds it under this epoch: others are told, and
   * whoever claims it next finds it as it was, `recovered` included.
   */
  release(owner: string, claim: Claim): Promise<void>;
  /** Let go of everything this owner holds (a clean stop): due at once for others. */
  releaseAll(owner: string): Promise<void>;
  /** The earliest wakeAt, or null. */
  nextWake(): Promise<number | null>;

  /**
   * Remember an inbound message. `duplicate` when its key is known. `address`: where it must be heard in its turn;
   * missing or null: no order is kept.
   */
  receive(
    message: InboxKey & { body: string; receivedAt: number; address?: Address | null },
  ): Promise<"new" | "duplicate">;
  inboxRow(key: InboxKey): Promise<InboxRow | null>;
  /** Pending messages, oldest first. */
  pendingInbox(limit: number): Promise<InboxRow[]>;
  /**
   * Up to `limit` pending messages, oldest first, that nobody works on: for `leaseMs` nobody else gets them. Of those of
   * one address, whatever their sources, in all processes, only the oldest pending one: the next when that is settled, or
   * has been tried in vain for `patienceMs`. `except`: sources whose channel another process holds.
   */
  claimInbox(claim: {
    now: number;
    leaseMs: number;
    limit: number;
    patienceMs: number;
    except?: readonly string[];
  }): Promise<ClaimedRow[]>;
  /** These do not count as tried: this claim was their first, and nobody has come to them. Another claim since stands. */
  markUntried(claimed: readonly Pick<ClaimedRow, "source" | "key" | "leaseUntil">[]): Promise<void>;
  /**
   * Drops the body, as a commit with this key does, unless `keepBody`. What is settled stays so: false, and nothing is
   * changed, unless its body was kept, or a commit for this run settled it and its outcome is not told yet.
   */
  settleInbox(
    key: InboxKey,
    settled: { state: "done" | "refused"; runId: string | null; outcome: string; keepBody?: boolean },
  ): Promise<boolean>;
  /** Drops the bodies that were kept, of settled messages received before `before` (ms). Returns how many. */
  dropBodies(before: number): Promise<number>;
  /** Forget settled keys received before `before` (ms). Returns how many. */
  pruneInbox(before: number): Promise<number>;

  /**
   * Undelivered posts with nextAt <= now that nobody is sending, oldest first, at most one per address and key. A nextAt
   * later than `longestDelayMs` was written before a clock was set back: it is over.
   */
  dueDeliveries(due: { now: number; limit: number; channels: readonly string[] }): Promise<DueDelivery[]>;
  nextDelivery(channels: readonly string[]): Promise<number | null>;
  /**
   * Written before the send: from here until `finishDelivery` the outcome is uncertain, and for `leaseMs` nobody else
   * sends the post. Returns it as it is now, `uncertain` from an earlier send; null: there is nothing to send, or
   * somebody is sending it.
   */
  beginDelivery(claim: { id: string; now: number; leaseMs: number }): Promise<OutboxRow | null>;
  /** False: there is no such post any more, its run was forgotten. */
  finishDelivery(id: string, outcome: DeliveryOutcome): Promise<boolean>;
  /** Undelivered posts that failed at addresses which begin with `prefix` are due now, as if they had failed once. */
  hurryDeliveries(where: { prefix: string; now: number }): Promise<void>;
  /** Delivered posts of a run, to find where a message stands. */
  deliveries(runId: string): Promise<OutboxRow[]>;
  /** Of the posts that were given up those are counted that were so at `givenUpSince` (ms since the epoch) or later. */
  outboxHealth(
    givenUpSince?: number,
  ): Promise<{ undelivered: number; oldestAt: number | null; givenUp: number }>;

  /** Agents exactly as runs use them, by hash; written once, never changed. */
  saveAgent(agent: Agent): Promise<void>;
  loadAgent(hash: string): Promise<Agent | null>;

  /**
   * The bytes of an attachment, before the event that names them: written once, kept as long as the run. Nothing is
   * written for a run that has ended: it takes no such event any more, and may have been forgotten.
   */
  saveAttachment(attachment: StoredAttachment): Promise<void>;
  attachment(runId: string, hash: string): Promise<StoredAttachment | null>;

  saveSession(session: SessionRow): Promise<void>;
  session(id: string): Promise<SessionRow | null>;
  sessions(): Promise<SessionRow[]>;
  deleteSession(id: string): Promise<void>;

  /** A small durable value under a name: the last fire of a schedule, a command hash, a catch-up cursor. */
  note(name: string): Promise<string | null>;
  saveNote(name: string, value: string): Promise<void>;
  /** Saves it unless there is one under this name; returns what stands, whoever was first. */
  keepNote(name: string, value: string): Promise<string>;
  /** Saves it if this is what stands (`was`; null: nothing); false: something else stands, and stays. */
  replaceNote(name: string, was: string | null, value: string): Promise<boolean>;
  /** Notes whose names begin with `prefix`, last written before `before` (ms), in the order of their names. */
  oldNotes(list: { prefix: string; before: number; after: string; limit: number }): Promise<NoteRow[]>;
  /** Deletes those of these notes that nobody has written since `before` (ms). Returns how many. */
  deleteNotes(names: readonly string[], before: number): Promise<number>;

  audit(row: AuditRow): Promise<void>;
  /** Newest first, of those that fit. */
  audits(limit: number, which?: AuditFilter): Promise<KeptAudit[]>;
  /** Deletes what was asked before `before` (ms). Returns how many rows. */
  pruneAudits(before: number): Promise<number>;

  /**
   * What was deleted can't be found in the files of the database any more. SQLite writes its file anew for that, and
   * does nothing else meanwhile. Resolves with false where that is left to the database (VACUUM of PostgreSQL).
   */
  scrub(): Promise<boolean>;

  /**
   * From now on tells of the commits of other processes, until `close`: soon, and later when the
   * line was lost meanwhile.
   */
  watch(changed: (change: Changed) => void): Promise<void>;
  close(): Promise<void>;
}
