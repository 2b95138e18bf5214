CREATE TABLE runs (
  run_id text COLLATE "C" PRIMARY KEY NOT NULL,
  version bigint NOT NULL,
  status text NOT NULL,
  agent text NOT NULL,
  task text NOT NULL,
  channel text NOT NULL,
  principal text NOT NULL,
  person_name text NOT NULL,
  address text,
  parent_id text,
  steps bigint NOT NULL,
  tokens bigint NOT NULL,
  cost_micros bigint NOT NULL,
  asking bigint NOT NULL,
  launched_at bigint NOT NULL,
  updated_at bigint NOT NULL,
  wake_at bigint,
  woken bigint NOT NULL DEFAULT 0,
  owner text,
  lease_until bigint,
  epoch bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
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
  run_id text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  type text NOT NULL,
  v bigint NOT NULL,
  at bigint NOT NULL,
  data text NOT NULL,
  PRIMARY KEY (run_id, version)
);

CREATE TABLE inbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL,
  key text NOT NULL,
  body text NOT NULL,
  received_at bigint NOT NULL,
  state text NOT NULL,
  run_id text COLLATE "C",
  outcome text
);
CREATE UNIQUE INDEX inbox_key ON inbox (source, key);
CREATE INDEX inbox_pending ON inbox (seq) WHERE state = 'pending';
CREATE INDEX inbox_received ON inbox (received_at);

CREATE TABLE addresses (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  address text NOT NULL,
  run_id text COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX addresses_run ON addresses (address, run_id);

CREATE TABLE outbox (
  id text PRIMARY KEY NOT NULL,
  run_id text COLLATE "C" NOT NULL,
  key text NOT NULL,
  address text NOT NULL,
  channel text NOT NULL,
  body text NOT NULL,
  revision bigint NOT NULL,
  delivered_revision bigint NOT NULL,
  remote_id text,
  uncertain bigint NOT NULL,
  attempts bigint NOT NULL,
  given_up bigint NOT NULL,
  error text,
  position bigint NOT NULL,
  waiting_since bigint NOT NULL,
  next_at bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX outbox_run ON outbox (run_id, address, position);
CREATE INDEX outbox_due ON outbox (waiting_since, position) WHERE delivered_revision < revision AND given_up = 0;
CREATE INDEX outbox_given_up ON outbox (id) WHERE given_up = 1;

CREATE TABLE questions (
  question_id text COLLATE "C" PRIMARY KEY NOT NULL,
  run_id text COLLATE "C" NOT NULL,
  body text NOT NULL,
  asked_at bigint NOT NULL,
  settled_at bigint
);
CREATE INDEX questions_open ON questions (asked_at, question_id) WHERE settled_at IS NULL;

CREATE TABLE agents (
  hash text PRIMARY KEY NOT NULL,
  body text NOT NULL
);

CREATE TABLE sessions (
  id text PRIMARY KEY NOT NULL,
  principal text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL
);

CREATE TABLE notes (
  name text PRIMARY KEY NOT NULL,
  value text NOT NULL
);

CREATE TABLE audits (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at bigint NOT NULL,
  principal text NOT NULL,
  action text NOT NULL,
  resource text NOT NULL,
  decision text NOT NULL,
  rule text NOT NULL
);
