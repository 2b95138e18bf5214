CREATE TABLE runs (
  run_id text PRIMARY KEY NOT NULL,
  version integer NOT NULL,
  status text NOT NULL,
  agent text NOT NULL,
  task text NOT NULL,
  channel text NOT NULL,
  principal text NOT NULL,
  person_name text NOT NULL,
  address text,
  parent_id text,
  steps integer NOT NULL,
  tokens integer NOT NULL,
  cost_micros integer NOT NULL,
  asking integer NOT NULL,
  launched_at integer NOT NULL,
  updated_at integer NOT NULL,
  wake_at integer,
  woken integer NOT NULL DEFAULT 0,
  owner text,
  lease_until integer,
  epoch integer NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_newest ON runs (launched_at, run_id);
CREATE INDEX runs_status ON runs (status, launched_at, run_id);
CREATE INDEX runs_agent ON runs (agent, launched_at, run_id);
CREATE INDEX runs_channel ON runs (channel, launched_at, run_id);
CREATE INDEX runs_principal ON runs (principal, launched_at, run_id);
CREATE INDEX runs_parent ON runs (parent_id, launched_at, run_id) WHERE parent_id IS NOT NULL;
CREATE INDEX runs_asking ON runs (launched_at, run_id) WHERE asking > 0;
CREATE INDEX runs_due ON runs (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX runs_owner ON runs (owner) WHERE owner IS NOT NULL;

CREATE TABLE events (
  run_id text NOT NULL,
  version integer NOT NULL,
  type text NOT NULL,
  v integer NOT NULL,
  at integer NOT NULL,
  data text NOT NULL,
  PRIMARY KEY (run_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE inbox (
  seq integer PRIMARY KEY,
  source text NOT NULL,
  key text NOT NULL,
  body text NOT NULL,
  received_at integer NOT NULL,
  state text NOT NULL,
  run_id text,
  outcome text
) STRICT;
CREATE UNIQUE INDEX inbox_key ON inbox (source, key);
CREATE INDEX inbox_pending ON inbox (seq) WHERE state = 'pending';
CREATE INDEX inbox_received ON inbox (received_at);

CREATE TABLE addresses (
  seq integer PRIMARY KEY,
  address text NOT NULL,
  run_id text NOT NULL
) STRICT;
CREATE UNIQUE INDEX addresses_run ON addresses (address, run_id);

CREATE TABLE outbox (
  id text PRIMARY KEY NOT NULL,
  run_id text NOT NULL,
  key text NOT NULL,
  address text NOT NULL,
  channel text NOT NULL,
  body text NOT NULL,
  revision integer NOT NULL,
  delivered_revision integer NOT NULL,
  remote_id text,
  uncertain integer NOT NULL,
  attempts integer NOT NULL,
  given_up integer NOT NULL,
  error text,
  position integer NOT NULL,
  waiting_since integer NOT NULL,
  next_at integer NOT NULL
) STRICT;
CREATE INDEX outbox_run ON outbox (run_id, address, position);
CREATE INDEX outbox_due ON outbox (waiting_since, position) WHERE delivered_revision < revision AND given_up = 0;
CREATE INDEX outbox_given_up ON outbox (id) WHERE given_up = 1;

CREATE TABLE questions (
  question_id text PRIMARY KEY NOT NULL,
  run_id text NOT NULL,
  body text NOT NULL,
  asked_at integer NOT NULL,
  settled_at integer
) STRICT;
CREATE INDEX questions_open ON questions (asked_at, question_id) WHERE settled_at IS NULL;

CREATE TABLE agents (
  hash text PRIMARY KEY NOT NULL,
  body text NOT NULL
) STRICT;

CREATE TABLE sessions (
  id text PRIMARY KEY NOT NULL,
  principal text NOT NULL,
  created_at integer NOT NULL,
  expires_at integer NOT NULL
) STRICT;

CREATE TABLE notes (
  name text PRIMARY KEY NOT NULL,
  value text NOT NULL
) STRICT;

CREATE TABLE audits (
  seq integer PRIMARY KEY,
  at integer NOT NULL,
  principal text NOT NULL,
  action text NOT NULL,
  resource text NOT NULL,
  decision text NOT NULL,
  rule text NOT NULL
) STRICT;
