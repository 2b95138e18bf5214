/** The tables as drizzle sees them in SQLite; `migrations/` makes them, with their indexes. */

import type { AuditRow, InboxRow } from "../../src/core/ports/store.ts";
import type { Status } from "../../src/core/text/status.ts";
import { integer, primaryKey, sqliteTable, text } from "./drizzle.ts";

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
});

export const addresses = sqliteTable("addresses", {
  seq: integer("seq").primaryKey(),
  address: text("address").notNull(),
  runId: text("run_id").notNull(),
});

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
  nextAt: integer("next_at").notNull(),
  /** Claimed by whoever sends it. */
  leaseUntil: integer("lease_until"),
});

export const questions = sqliteTable("questions", {
  questionId: text("question_id").primaryKey(),
  runId: text("run_id").notNull(),
  body: text("body").notNull(),
  askedAt: integer("asked_at").notNull(),
  settledAt: integer("settled_at"),
});

export const agents = sqliteTable("agents", {
  hash: text("hash").primaryKey(),
  body: text("body").notNull(),
});

export const sessions = sqliteTable("sessions", {
  id: text("id").primaryKey(),
  principal: text("principal").notNull(),
  createdAt: integer("created_at").notNull(),
  expiresAt: integer("expires_at").notNull(),
});

export const notes = sqliteTable("notes", {
  name: text("name").primaryKey(),
  value: text("value").notNull(),
});

export const audits = sqliteTable("audits", {
  seq: integer("seq").primaryKey(),
  at: integer("at").notNull(),
  principal: text("principal").notNull(),
  action: text("action").notNull(),
  resource: text("resource").notNull(),
  decision: text("decision").$type<AuditRow["decision"]>().notNull(),
  rule: text("rule").notNull(),
});
