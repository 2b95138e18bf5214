/** What the engine needs of a store: each method is one transaction. SQLite and PostgreSQL implement it. */
import type { Address, Principal } from "../actor.ts";
import type { Agent } from "../agent.ts";
import type { Attachment } from "../attachment.ts";
import type { Question, RunEvent } from "../event.ts";
import type { Message, Post } from "../message.ts";
import type { Status } from "../text/status.ts";

/** The row that lists and filters read; derived from the events and written with them. */
export interface RunRow {
  runId: string;
  version: number;
  status: Status;
  agent: string;
  task: string;
  channel: string;
  principal: Principal;
  personName: string;
  address: Address | null;
  parentId: string | null;
  steps: number;
  tokens: number;
  /** null: the model's price is not known. */
  costUsd: number | null;
  /** Open questions, so that lists need no second look. */
  asking: number;
  launchedAt: number;
  updatedAt: number;
}

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
  /** Other runs that should look again (a parent whose child ended). */
  wake: readonly string[];
  /**
   * A launch for a place of its own: `taken` when a run that came to this address after the run `after` (null: any
   * run) has not ended.
   */
  only?: Only;
}

/** No unfinished run may have come to `address` since the run `after` (null: since ever). */
export type Only = { address: Address; after: string | null };

/** What became of a commit; when it is not ok, nothing at all was written. */
export type Committed =
  | { ok: true; version: number }
  /**
   * conflict: the run is at another version · fenced: the worker's epoch is old · duplicate: the inbox key is taken
   */
  | { ok: false; why: "conflict" | "fenced" }
  | { ok: false; why: "duplicate"; runId: string | null }
  /** The newest run that stands against `Commit.only`. */
  | { ok: false; why: "taken"; runId: string };

/** A question of any run; times are ms since the epoch, `settledAt` null while it is open. */
export interface QuestionRow {
  runId: string;
  question: Question;
  askedAt: number;
  settledAt: number | null;
}

/** A place in the list of open questions: right behind this one. */
export interface QuestionPlace {
  askedAt: number;
  questionId: string;
}

/** Some open questions, oldest first. */
export interface QuestionPage {
  rows: QuestionRow[];
  /** Questions in this stretch of the list whose own words can't be read; their runs may be whole. */
  unreadable: (QuestionPlace & { runId: string; why: string })[];
  /** Where the following page begins; null at the end of the list. */
  next: QuestionPlace | null;
}

/** Open questions of all runs of one agent that one principal started. */
export interface QuestionCount {
  agent: string;
  principal: Principal;
  open: number;
}

/** An event of a log of which other events can't be read. */
export type ReadEvent = { version: number } & ({ event: RunEvent } | { event: null; why: string });

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

/** Fields that are there must all hold. `limit`: rows at most. */
export interface RunFilter {
  status?: readonly Status[];
  agent?: string;
  channel?: string;
  principal?: Principal;
  /** Part of the task, of the name of who started it, of the agent's name or of the id; case-insensitive. */
  text?: string;
  parentId?: string;
  /** Only runs with open questions. */
  asking?: boolean;
  /** Only these runs. */
  runIds?: readonly string[];
  /** Only runs whose first address begins with this. */
  near?: string;
  /** Keyset: runs older than this one (launchedAt, runId), newest first. */
  before?: { launchedAt: number; runId: string };
  limit: number;
}

/** A run that this worker owns until its lease ends. `epoch` grows with each owner and is checked in each commit. */
export interface Claim {
  runId: string;
  epoch: number;
  /** The former owner did not let go: its lease ran out. */
  recovered: boolean;
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
   */
  | { type: "given_up"; revision: number; uncertain: boolean; error: string };

/** Who asked for what, and what the authorisation said; `at` in ms since the epoch, `rule` what decided it. */
export interface AuditRow {
  at: number;
  principal: Principal;
  action: string;
  resource: string;
  decision: "allowed" | "refused";
  rule: string;
}

/** An attachment of a run with its bytes; `size` is their number. */
export interface StoredAttachment extends Pick<Attachment, "hash" | "name" | "mediaType"> {
  runId: string;
  bytes: Uint8Array;
}

/** A note as it is stored. */
export interface NoteRow {
  name: string;
  value: string;
}

/** A console session; times are ms since the epoch. */
export interface SessionRow {
  /** Of what the session was begun under, and the SHA-256 of the cookie's secret. */
  id: string;
  principal: Principal;
  createdAt: number;
  expiresAt: number;
}

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
  /** The run that what is said at this address is meant for: one that asks, else one that works, else the newest. */
  runAt(address: Address): Promise<string | null>;
  question(questionId: string): Promise<QuestionRow | null>;
  /** Open questions of all runs, or of one, behind a place in the list. `limit`: rows at most. */
  openQuestions(list: { limit: number; after?: QuestionPlace | null; runId?: string }): Promise<QuestionPage>;
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
  /** Let go of everything this owner holds (a clean stop): due at once for others. */
  releaseAll(owner: string): Promise<void>;
  /** The earliest wakeAt, or null. */
  nextWake(): Promise<number | null>;

  /** Remember an inbound message. `duplicate` when its key is known. */
  receive(message: InboxKey & { body: string; receivedAt: number }): Promise<"new" | "duplicate">;
  inboxRow(key: InboxKey): Promise<InboxRow | null>;
  /** Pending messages, oldest first. */
  pendingInbox(limit: number): Promise<InboxRow[]>;
  /**
   * Up to `limit` pending messages, oldest first, that nobody works on: for `leaseMs` nobody else gets them.
   * `except`: sources whose channel another process holds.
   */
  claimInbox(claim: {
    now: number;
    leaseMs: number;
    limit: number;
    except?: readonly string[];
  }): Promise<InboxRow[]>;
  /** Drops the body, as a commit with this key does, unless `keepBody`. */
  settleInbox(
    key: InboxKey,
    settled: { state: "done" | "refused"; runId: string | null; outcome: string; keepBody?: boolean },
  ): Promise<void>;
  /** Drops the bodies that were kept, of settled messages received before `before` (ms). Returns how many. */
  dropBodies(before: number): Promise<number>;
  /** Forget settled keys received before `before` (ms). Returns how many. */
  pruneInbox(before: number): Promise<number>;

  /** Undelivered posts with nextAt <= now that nobody is sending, oldest first, at most one per address and key. */
  dueDeliveries(due: { now: number; limit: number; channels: readonly string[] }): Promise<DueDelivery[]>;
  nextDelivery(channels: readonly string[]): Promise<number | null>;
  /**
   * Written before the send: from here until `finishDelivery` the outcome is uncertain, and for `leaseMs` nobody else
   * sends the post. Returns it as it is now, `uncertain` from an earlier send; null: there is nothing to send, or
   * somebody is sending it.
   */
  beginDelivery(claim: { id: string; now: number; leaseMs: number }): Promise<OutboxRow | null>;
  finishDelivery(id: string, outcome: DeliveryOutcome): Promise<void>;
  /** Undelivered posts that failed at addresses which begin with `prefix` are due now, as if they had failed once. */
  hurryDeliveries(where: { prefix: string; now: number }): Promise<void>;
  /** Delivered posts of a run, to find where a message stands. */
  deliveries(runId: string): Promise<OutboxRow[]>;
  outboxHealth(): Promise<{ undelivered: number; oldestAt: number | null; givenUp: number }>;

  /** Agents exactly as runs use them, by hash; written once, never changed. */
  saveAgent(agent: Agent): Promise<void>;
  loadAgent(hash: string): Promise<Agent | null>;

  /** The bytes of an attachment, before the event that names them: written once, kept as long as the run. */
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
  /** Notes whose names begin with `prefix`, last written before `before` (ms), in the order of their names. */
  oldNotes(list: { prefix: string; before: number; after: string; limit: number }): Promise<NoteRow[]>;
  /** Deletes those of these notes that nobody has written since `before` (ms). Returns how many. */
  deleteNotes(names: readonly string[], before: number): Promise<number>;

  audit(row: AuditRow): Promise<void>;
  audits(limit: number): Promise<AuditRow[]>;
  /** Deletes what was asked before `before` (ms). Returns how many rows. */
  pruneAudits(before: number): Promise<number>;

  /**
   * From now on tells of the commits of other processes, until `close`: soon, and later when the
   * line was lost meanwhile.
   */
  watch(changed: (change: Changed) => void): Promise<void>;
  close(): Promise<void>;
}

/** Told after a commit, in this process and (on PostgreSQL) in the others: a hint to look, never the only word. */
export interface Changed {
  runId: string;
  version: number;
  ended: boolean;
}

/**
 * `storage_busy`: try again · `storage_full`: free space · `storage_damaged`, `storage_locked`,
 * `storage_version`: refuse to start
 */
export class StoreError extends Error {
  readonly code: "storage_busy" | "storage_full" | "storage_damaged" | "storage_locked" | "storage_version";
  /** It is not known whether the commit was written; else it surely was not. */
  readonly uncertain: boolean;
  constructor(code: StoreError["code"], message: string, options?: ErrorOptions & { uncertain?: boolean }) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
    this.uncertain = options?.uncertain ?? false;
  }
}
