/** The tables as drizzle sees them in PostgreSQL; `migrations/` makes them, with their indexes. */

import type { InboxRow } from "../../src/core/ports/deliveries.ts";
import type { AuditRow } from "../../src/core/ports/kept-rows.ts";
import type { Status } from "../../src/core/text/status.ts";
import { bigint, pgTable, primaryKey, text } from "./drizzle.ts";

/**
 * One row per run, folded from its events with each commit. Times are ms since the epoch, costs millionths of a
 * dollar.
 */
export const runs = pgTable("runs", {
  runId: text("run_id").primaryKey(),
  version: bigint("version", { mode: "number" }).notNull(),
  status: text("status").$type<Status>().notNull(),
  agent: text("agent").notNull(),
  task: text("task").notNull(),
  channel: text("channel").notNull(),
  principal: text("principal").notNull(),
  personName: text("person_name").notNull(),
  address: text("address"),
  parentId: text("parent_id"),
  steps: bigint("steps", { mode: "number" }).notNull(),
  tokens: bigint("tokens", { mode: "number" }).notNull(),
  costMicros: bigint("cost_micros", { mode: "number" }).notNull(),
  asking: bigint("asking", { mode: "number" }).notNull(),
  launchedAt: bigint("launched_at", { mode: "number" }).notNull(),
  updatedAt: bigint("updated_at", { mode: "number" }).notNull(),
  wakeAt: bigint("wake_at", { mode: "number" }),
  /** 1: something called for a look that no claim has answered yet; a commit may not put the run to sleep. */
  woken: bigint("woken", { mode: "number" }).notNull().default(0),
  owner: text("owner"),
  leaseUntil: bigint("lease_until", { mode: "number" }),
  epoch: bigint("epoch", { mode: "number" }).notNull().default(0),
});

/** The log. `v`: version of the event's shape; `data`: JSON; `sum`: a checksum, null from before there were sums. */
export const events = pgTable(
  "events",
  {
    runId: text("run_id").notNull(),
    version: bigint("version", { mode: "number" }).notNull(),
    type: text("type").notNull(),
    v: bigint("v", { mode: "number" }).notNull(),
    at: bigint("at", { mode: "number" }).notNull(),
    data: text("data").notNull(),
    sum: bigint("sum", { mode: "number" }),
  },
  (table) => [primaryKey({ columns: [table.runId, table.version] })],
);

/**
 * What arrived, unique by source and key. `lease_until`: ms since the epoch; whoever claimed it works on it
 * till then.
 */
export const inbox = pgTable("inbox", {
  seq: bigint("seq", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  source: text("source").notNull(),
  key: text("key").notNull(),
  body: text("body").notNull(),
  receivedAt: bigint("received_at", { mode: "number" }).notNull(),
  state: text("state").$type<InboxRow["state"]>().notNull(),
  runId: text("run_id"),
  outcome: text("outcome"),
  leaseUntil: bigint("lease_until", { mode: "number" }),
  /** Words of one place are worked off one after another; null: no order is kept. */
  address: text("address"),
  /** Since when somebody tries, ms since the epoch; null: nobody has. */
  triedAt: bigint("tried_at", { mode: "number" }),
});

/** Where runs speak; the newest run at an address has the highest `seq`. */
export const addresses = pgTable("addresses", {
  seq: bigint("seq", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  address: text("address").notNull(),
  runId: text("run_id").notNull(),
  /** 1: the run has ended. 0 says nothing: a former release does not write it. */
  ended: bigint("ended", { mode: "number" }).notNull().default(0),
});

/**
 * One row for each post that should stand. Due while `delivered_revision` is below `revision` and it is not
 * given up.
 */
export const outbox = pgTable("outbox", {
  id: text("id").primaryKey(),
  runId: text("run_id").notNull(),
  key: text("key").notNull(),
  address: text("address").notNull(),
  channel: text("channel").notNull(),
  body: text("body").notNull(),
  revision: bigint("revision", { mode: "number" }).notNull(),
  deliveredRevision: bigint("delivered_revision", { mode: "number" }).notNull(),
  remoteId: text("remote_id"),
  uncertain: bigint("uncertain", { mode: "number" }).notNull(),
  attempts: bigint("attempts", { mode: "number" }).notNull(),
  givenUp: bigint("given_up", { mode: "number" }).notNull(),
  error: text("error"),
  position: bigint("position", { mode: "number" }).notNull(),
  /** Since when the words that are not delivered yet wait: an old post that changes is young again. */
  waitingSince: bigint("waiting_since", { mode: "number" }).notNull(),
  /** Of a post that was given up: when that was. */
  nextAt: bigint("next_at", { mode: "number" }).notNull(),
  /** Claimed by whoever sends it. */
  leaseUntil: bigint("lease_until", { mode: "number" }),
});

/** Every question ever asked; `settled_at` is null while it is open. */
export const questions = pgTable("questions", {
  questionId: text("question_id").primaryKey(),
  runId: text("run_id").notNull(),
  body: text("body").notNull(),
  askedAt: bigint("asked_at", { mode: "number" }).notNull(),
  settledAt: bigint("settled_at", { mode: "number" }),
});

/** Agents as runs were launched with them, by hash: never changed and never deleted. */
export const agents = pgTable("agents", {
  hash: text("hash").primaryKey(),
  body: text("body").notNull(),
});

/** The bytes of files that calls of a run brought, as base64; never changed. */
export const attachments = pgTable(
  "attachments",
  {
    runId: text("run_id").notNull(),
    hash: text("hash").notNull(),
    name: text("name").notNull(),
    mediaType: text("media_type").notNull(),
    body: text("body").notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.hash] })],
);

/** Console sessions by the hash of their secret. */
export const sessions = pgTable("sessions", {
  id: text("id").primaryKey(),
  principal: text("principal").notNull(),
  createdAt: bigint("created_at", { mode: "number" }).notNull(),
  expiresAt: bigint("expires_at", { mode: "number" }).notNull(),
});

/** Small durable values by name; core/store/notes.ts lists every kind. */
export const notes = pgTable("notes", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
  /** ms since the epoch */
  savedAt: bigint("saved_at", { mode: "number" }).notNull(),
});

/** Who asked for what and what was decided, in the order in which it happened. */
export const audits = pgTable("audits", {
  seq: bigint("seq", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  at: bigint("at", { mode: "number" }).notNull(),
  principal: text("principal").notNull(),
  name: text("name"),
  action: text("action").notNull(),
  resource: text("resource").notNull(),
  decision: text("decision").$type<AuditRow["decision"]>().notNull(),
  rule: text("rule").notNull(),
});
