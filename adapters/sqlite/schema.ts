/** The tables as drizzle sees them in SQLite; `migrations/` makes them, with their indexes. */

import type { InboxRow } from "../../src/core/ports/deliveries.ts";
import type { AuditRow } from "../../src/core/ports/kept-rows.ts";
import type { Status } from "../../src/core/text/status.ts";
import { integer, primaryKey, sqliteTable, text } from "./drizzle.ts";

/**
 * One row per run, folded from its events with each commit. Times are ms since the epoch, costs millionths of a
 * dollar.
 */
export const runs = sqliteTable("runs", {
  runId: text("run_id").primaryKey(),
  version: integer("version").notNull(),
  status: text("status").$type<Status>().notNull(),
  agent: text("agent").notNull(),
  task: text("task").notNull(),
  channel: text("channel").notNull(),
  principal: text("principal").notNull(),
  personName: text("person_name").notNull(),
  address: text("address"),
  parentId: text("parent_id"),
  steps: integer("steps").notNull(),
  tokens: integer("tokens").notNull(),
  costMicros: integer("cost_micros").notNull(),
  asking: integer("asking").notNull(),
  launchedAt: integer("launched_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
  wakeAt: integer("wake_at"),
  /** 1: something called for a look that no claim has answered yet; a commit may not put the run to sleep. */
  woken: integer("woken").notNull().default(0),
  owner: text("owner"),
  leaseUntil: integer("lease_until"),
  epoch: integer("epoch").notNull().default(0),
});

/** The log. `v`: version of the event's shape; `data`: JSON; `sum`: a checksum, null from before there were sums. */
export const events = sqliteTable(
  "events",
  {
    runId: text("run_id").notNull(),
    version: integer("version").notNull(),
    type: text("type").notNull(),
    v: integer("v").notNull(),
    at: integer("at").notNull(),
    data: text("data").notNull(),
    sum: integer("sum"),
  },
  (table) => [primaryKey({ columns: [table.runId, table.version] })],
);

/**
 * What arrived, unique by source and key. `lease_until`: ms since the epoch; whoever claimed it works on it
 * till then.
 */
export const inbox = sqliteTable("inbox", {
  seq: integer("seq").primaryKey(),
  source: text("source").notNull(),
  key: text("key").notNull(),
  body: text("body").notNull(),
  receivedAt: integer("received_at").notNull(),
  state: text("state").$type<InboxRow["state"]>().notNull(),
  runId: text("run_id"),
  outcome: text("outcome"),
  leaseUntil: integer("lease_until"),
  /** Words of one place are worked off one after another; null: no order is kept. */
  address: text("address"),
  /** Since when somebody tries, ms since the epoch; null: nobody has. */
  triedAt: integer("tried_at"),
});

/** Where runs speak; the newest run at an address has the highest `seq`. */
export const addresses = sqliteTable("addresses", {
  seq: integer("seq").primaryKey(),
  address: text("address").notNull(),
  runId: text("run_id").notNull(),
  /** 1: the run has ended. 0 says nothing: a former release does not write it. */
  ended: integer("ended").notNull().default(0),
});

/**
 * One row for each post that should stand. Due while `delivered_revision` is below `revision` and it is not
 * given up.
 */
export const outbox = sqliteTable("outbox", {
  id: text("id").primaryKey(),
  runId: text("run_id").notNull(),
  key: text("key").notNull(),
  address: text("address").notNull(),
  channel: text("channel").notNull(),
  body: text("body").notNull(),
  revision: integer("revision").notNull(),
  deliveredRevision: integer("delivered_revision").notNull(),
  remoteId: text("remote_id"),
  uncertain: integer("uncertain").notNull(),
  attempts: integer("attempts").notNull(),
  givenUp: integer("given_up").notNull(),
  error: text("error"),
  position: integer("position").notNull(),
  /** Since when the words that are not delivered yet wait: an old post that changes is young again. */
  waitingSince: integer("waiting_since").notNull(),
  /** Of a post that was given up: when that was. */
  nextAt: integer("next_at").notNull(),
  /** Claimed by whoever sends it. */
  leaseUntil: integer("lease_until"),
});

/** Every question ever asked; `settled_at` is null while it is open. */
export const questions = sqliteTable("questions", {
  questionId: text("question_id").primaryKey(),
  runId: text("run_id").notNull(),
  body: text("body").notNull(),
  askedAt: integer("asked_at").notNull(),
  settledAt: integer("settled_at"),
});

/** Agents as runs were launched with them, by hash: never changed and never deleted. */
export const agents = sqliteTable("agents", {
  hash: text("hash").primaryKey(),
  body: text("body").notNull(),
});

/** The bytes of files that calls of a run brought, as base64; never changed. */
export const attachments = sqliteTable(
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
export const sessions = sqliteTable("sessions", {
  id: text("id").primaryKey(),
  principal: text("principal").notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
});

/** Small durable values by name; core/store/notes.ts lists every kind. */
export const notes = sqliteTable("notes", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
  /** ms since the epoch */
  savedAt: integer("saved_at").notNull().default(0),
});

/** Who asked for what and what was decided, in the order in which it happened. */
export const audits = sqliteTable("audits", {
  seq: integer("seq").primaryKey(),
  at: integer("at").notNull(),
  principal: text("principal").notNull(),
  name: text("name"),
  action: text("action").notNull(),
  resource: text("resource").notNull(),
  decision: text("decision").$type<AuditRow["decision"]>().notNull(),
  rule: text("rule").notNull(),
});
