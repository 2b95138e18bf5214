/** What the engine needs of the world. Each port is as small as that need; adapters implement them. */
import type { Actor, Address, Principal } from "./actor.ts";
import type { Agent, ToolSpec } from "./agent.ts";
import type { Command, LaunchRequest, Refusal } from "./command.ts";
import type { Event, Question, Usage } from "./event.ts";
import type { Message, Post } from "./message.ts";
import type { Status } from "./state.ts";

export interface Clock {
  /** ms since the epoch */
  now(): number;
}

// ---- store -----------------------------------------------------------------------------------------------------

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
  costUsd: number;
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
  /** The worker's epoch: a commit of a worker that lost the run is refused. null: not a worker (a person, an API call). */
  epoch: number | null;
  /** May be empty: then only the wake-up and the lease change. */
  events: readonly Event[];
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
}

export type Committed =
  | { ok: true; version: number }
  /** conflict: the run is at another version · fenced: the worker's epoch is old · duplicate: the inbox key is taken */
  | { ok: false; why: "conflict" | "fenced" }
  | { ok: false; why: "duplicate"; runId: string | null };

export interface QuestionRow {
  runId: string;
  question: Question;
  askedAt: number;
  settledAt: number | null;
}

export interface InboxKey {
  /** Who sends: `slack`, `discord`, `webhook:ci`, `api:<token name>`. With `key` unique for 30 days. */
  source: string;
  key: string;
  /** Fingerprint of an API request: its commit keeps it as the row's outcome. */
  print?: string;
}

export interface InboxRow extends Omit<InboxKey, "print"> {
  /** JSON of the inbound message; empty for an API request. */
  body: string;
  receivedAt: number;
  state: "pending" | "done" | "refused";
  runId: string | null;
  /** What the sender was told; of an API request its fingerprint. */
  outcome: string | null;
}

export interface RunFilter {
  status?: readonly Status[];
  agent?: string;
  channel?: string;
  principal?: Principal;
  /** Part of the task, case-insensitive. */
  text?: string;
  parentId?: string;
  /** Only runs with open questions. */
  asking?: boolean;
  /** Keyset: runs older than this one (launchedAt, runId), newest first. */
  before?: { launchedAt: number; runId: string };
  limit: number;
}

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

export type DeliveryOutcome =
  | { type: "delivered"; revision: number; remoteId: string }
  /** Try again at `nextAt`. `uncertain`: it may stand there already. `lost`: the remote message is gone, post anew. */
  | { type: "retry"; nextAt: number; uncertain: boolean; lost: boolean; error: string }
  /** The channel asked to wait and took nothing: no attempt was made. `uncertain`: as it was before. */
  | { type: "deferred"; nextAt: number; uncertain: boolean }
  /** `revision`: what was given up; words that came meanwhile are still due. */
  | { type: "given_up"; revision: number; error: string };

export interface AuditRow {
  at: number;
  principal: Principal;
  action: string;
  resource: string;
  decision: "allowed" | "refused";
  rule: string;
}

export interface SessionRow {
  /** Of what the session was begun under, and the SHA-256 of the cookie's secret. */
  id: string;
  principal: Principal;
  createdAt: number;
  expiresAt: number;
}

/** Every method is one transaction. Errors: StoreError for what the operator must know, anything else is a bug. */
export interface Store {
  commit(commit: Commit): Promise<Committed>;
  /** Events after version `after` (default 0), in order. Empty for an unknown run. */
  read(runId: string, after?: number): Promise<Event[]>;
  run(runId: string): Promise<RunRow | null>;
  runs(filter: RunFilter): Promise<RunRow[]>;
  /** The run that what is said at this address is meant for: one that asks, else one that works, else the newest. */
  runAt(address: Address): Promise<string | null>;
  question(questionId: string): Promise<QuestionRow | null>;
  /** Open questions of all runs, oldest first. */
  openQuestions(limit: number): Promise<QuestionRow[]>;

  /**
   * Take up to `limit` runs that are due (wakeAt <= now) and nobody holds; each gets a higher epoch. `except`: what this
   * owner drives, whose lease may have run out all the same (a process that slept, a clock that was set).
   */
  claim(claim: {
    owner: string;
    now: number;
    leaseMs: number;
    limit: number;
    except?: readonly string[];
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
  settleInbox(
    key: InboxKey,
    settled: { state: "done" | "refused"; runId: string | null; outcome: string },
  ): Promise<void>;
  /** Forget settled keys received before `before` (ms). Returns how many. */
  pruneInbox(before: number): Promise<number>;

  /** Undelivered posts with nextAt <= now that nobody is sending, oldest first, at most one per address and key. */
  dueDeliveries(due: { now: number; limit: number; channels: readonly string[] }): Promise<OutboxRow[]>;
  nextDelivery(channels: readonly string[]): Promise<number | null>;
  /**
   * Written before the send: from here until `finishDelivery` the outcome is uncertain, and for `leaseMs` nobody else
   * sends the post. Returns it as it is now, `uncertain` from an earlier send; null: there is nothing to send, or
   * somebody is sending it.
   */
  beginDelivery(claim: { id: string; now: number; leaseMs: number }): Promise<OutboxRow | null>;
  finishDelivery(id: string, outcome: DeliveryOutcome): Promise<void>;
  /** Delivered posts of a run, to find where a message stands. */
  deliveries(runId: string): Promise<OutboxRow[]>;
  outboxHealth(): Promise<{ undelivered: number; oldestAt: number | null; givenUp: number }>;

  /** Agents exactly as runs use them, by hash; written once, never changed. */
  saveAgent(agent: Agent): Promise<void>;
  loadAgent(hash: string): Promise<Agent | null>;

  saveSession(session: SessionRow): Promise<void>;
  session(id: string): Promise<SessionRow | null>;
  sessions(): Promise<SessionRow[]>;
  deleteSession(id: string): Promise<void>;

  /** A small durable value under a name: the last fire of a schedule, a command hash, a catch-up cursor. */
  note(name: string): Promise<string | null>;
  saveNote(name: string, value: string): Promise<void>;

  audit(row: AuditRow): Promise<void>;
  audits(limit: number): Promise<AuditRow[]>;

  close(): Promise<void>;
}

/** `storage_busy`: try again · `storage_full`: free space · `storage_damaged`, `storage_locked`, `storage_version`: refuse to start */
export class StoreError extends Error {
  readonly code: "storage_busy" | "storage_full" | "storage_damaged" | "storage_locked" | "storage_version";
  constructor(code: StoreError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}

// ---- model -----------------------------------------------------------------------------------------------------

/** The context window in neutral form. From step to step of a run each request repeats the former one's prefix. */
export interface ModelRequest {
  model: string | null;
  instructions: string;
  tools: readonly ToolSpec[];
  input: readonly ModelInput[];
  /** Stable per agent: providers route equal prefixes by it. */
  cacheKey: string;
}

export type ModelInput =
  | { type: "user"; text: string }
  /** A former answer. `items` are the provider's own, used verbatim when `provider` is the driver's. */
  | {
      type: "model";
      text: string | null;
      calls: readonly { id: string; tool: string; input: unknown }[];
      items: readonly unknown[];
      provider: string;
    }
  | { type: "result"; callId: string; output: string };

export interface ModelAnswer {
  text: string | null;
  /** `arguments` as the model wrote them: a JSON string, not yet trusted. */
  calls: readonly { id: string; tool: string; arguments: string }[];
  refusal: string | null;
  /** Why the provider stopped in the middle, or null. */
  cut: string | null;
  items: readonly unknown[];
  provider: string;
  model: string;
  usage: Usage;
}

export interface Model {
  /** Shown to people: `openai gpt-5`, `demo`. */
  readonly name: string;
  answer(request: ModelRequest, signal: AbortSignal): Promise<ModelAnswer>;
}

/** A model call that gave no answer. `retryable`: the same request may work later. */
export class ModelError extends Error {
  readonly code:
    | "rate_limited"
    | "overloaded"
    | "timeout"
    | "connection"
    | "stream_cut"
    | "quota"
    | "auth"
    | "bad_request"
    | "context_overflow"
    | "aborted";
  readonly retryable: boolean;
  readonly retryAfterMs: number | null;
  constructor(
    code: ModelError["code"],
    message: string,
    options: { retryable: boolean; retryAfterMs?: number | null; cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.name = "ModelError";
    this.code = code;
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

// ---- tools -----------------------------------------------------------------------------------------------------

export interface CallContext {
  runId: string;
  /** Unique in the run, for good. */
  callId: string;
  /** The same on every attempt. */
  key: string;
  signal: AbortSignal;
}

export type CallOutcome =
  | { type: "finished"; output: string; omitted: number }
  | { type: "failed"; code: string; message: string }
  /** Timed out or interrupted: it may have happened. */
  | { type: "in_doubt"; reason: string };

export interface Toolbox {
  readonly specs: Readonly<Record<string, ToolSpec>>;
  /** Parse and check; `input` is canonical from here on. Never throws. */
  check(tool: string, args: string): { input: unknown; error?: { code: string; message: string } };
  /** Check an input that a person edited. */
  checkInput(tool: string, input: unknown): { input: unknown; error?: { code: string; message: string } };
  key(tool: string, input: unknown, call: { runId: string; callId: string }): string;
  run(tool: string, input: unknown, context: CallContext): Promise<CallOutcome>;
  reconcile(
    tool: string,
    input: unknown,
    context: CallContext,
  ): Promise<{ type: "done"; output: string } | { type: "not_done" } | { type: "unknown" }>;
  preview(tool: string, input: unknown, context: CallContext): Promise<string | null>;
}

// ---- channels --------------------------------------------------------------------------------------------------

/** An inbound message, platform-neutral. It is remembered under `key` before the platform is told that it arrived. */
export interface Inbound {
  /** Unique per platform event; a redelivery has the same. */
  key: string;
  actor: Actor;
  channel: string;
  /** The thread it was said in, or null when none exists yet (a slash command). */
  address: Address | null;
  intent: Intent;
  /** Whatever the channel needs for a private reply (a response URL, a message id). JSON. */
  replyTo: Record<string, string>;
  /** Text around the message, for a run that it starts. */
  context: { source: string; text: string; trusted: boolean }[];
}

export type Intent =
  /** Words in a thread. `addressed`: the bot was mentioned or it is a direct message; else only runs in that thread hear it. */
  | { type: "message"; text: string; addressed: boolean; agent: string | null }
  /** `/agent …` or a mention that starts with a command word; parsed by core/instruct. */
  | { type: "instruction"; text: string }
  | { type: "press"; action: "stop" | "pause" | "resume"; runId: string }
  | { type: "choose"; questionId: string; value: string }
  | { type: "answer"; questionId: string; text: string }
  | { type: "approve"; questionId: string; input: unknown | null }
  | { type: "refuse"; questionId: string; reason: string };

/** What became of an inbound message: for the private word to its sender. */
export interface Outcome {
  type: "launched" | "noted" | "answered" | "done" | "refused" | "told" | "ignored";
  text: string;
  runId: string | null;
  /** Written down, but told to nobody: the sender is a stranger. */
  quiet?: true;
}

/** Differences between platforms are data. */
export interface Capabilities {
  edit: boolean;
  buttons: boolean;
  /** Characters of one message. */
  maxText: number;
  /** Least time between two sends to one address, ms. */
  minIntervalMs: number;
  /** Undelivered posts older than this are given up, ms. */
  maxAgeMs: number;
}

export interface Delivery {
  /** Stable id of the post: for nonces, message ids, metadata. */
  id: string;
  runId: string;
  key: string;
  address: Address;
  body: Message;
  revision: number;
  /** Where it stands already (then this is an edit), or null. */
  remoteId: string | null;
  /** An earlier send may have arrived: look first. */
  uncertain: boolean;
  createdAt: number;
}

export interface Channel {
  readonly name: string;
  readonly can: Capabilities;
  /** Begin to listen. Returns when inbound messages can arrive; throws with words for the operator. */
  start(inlet: Inlet): Promise<void>;
  stop(): Promise<void>;
  /**
   * Make the post stand at its address; returns where. Throws ChannelError. `address`: what a provisional
   * address (`…/new:<id>`, a place that the first post makes) became; the run speaks there from now on.
   */
  post(delivery: Delivery): Promise<{ remoteId: string; address?: Address }>;
  /** The private word to the sender of an inbound message. Best effort, never throws. */
  whisper(inbound: Inbound, outcome: Outcome): Promise<void>;
  /** HTTP endpoints of this channel, if it has any; null: not mine. */
  handle(request: Request): Promise<Response> | null;
  /** One line for /health and the console. */
  health(): { ok: boolean; detail: string };
}

export class ChannelError extends Error {
  /** `lost`: the message to edit is gone · `uncertain`: it may have arrived · else it surely did not. */
  readonly permanent: boolean;
  readonly uncertain: boolean;
  readonly lost: boolean;
  readonly retryAfterMs: number | null;
  constructor(
    message: string,
    options: {
      permanent?: boolean;
      uncertain?: boolean;
      lost?: boolean;
      retryAfterMs?: number | null;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "ChannelError";
    this.permanent = options.permanent ?? false;
    this.uncertain = options.uncertain ?? false;
    this.lost = options.lost ?? false;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** The engine as channels see it. */
export interface Inlet {
  /** Resolves when the message is durable: acknowledge after this. */
  accept(inbound: Inbound): Promise<"new" | "duplicate">;
  /**
   * Launch a run of the named agent, durable when this resolves, deduplicated by the inbox key: for sources
   * that make their own runs (webhooks, schedules, mail, the API). The run id is derived from the key.
   */
  launch(agent: string, launch: LaunchRequest, inbox: InboxKey | null): Promise<Submitted>;
  /** Any other command on a run that exists. */
  command(
    runId: string,
    command: Exclude<Command, { type: "launch" }>,
    inbox: InboxKey | null,
  ): Promise<Submitted>;
  store: Pick<
    Store,
    | "note"
    | "saveNote"
    | "runAt"
    | "run"
    | "runs"
    | "question"
    | "openQuestions"
    | "deliveries"
    | "audit"
    | "inboxRow"
  >;
}

export type Submitted =
  | { ok: true; runId: string; duplicate: boolean; version: number }
  | { ok: false; refusal: Refusal };
