-- A busy place has had thousands of runs, and what is said there is for one that goes on. `ended`: 1 when the run of the
-- row has ended, so that those that go on, and else the newest, are found without going over all the others. A release
-- before this one leaves it at 0: whoever reads looks at the run as well.
ALTER TABLE addresses ADD COLUMN ended bigint NOT NULL DEFAULT 0;
UPDATE addresses SET ended = 1 FROM runs
  WHERE runs.run_id = addresses.run_id AND status IN ('complete', 'failed', 'cancelled');
CREATE INDEX addresses_live ON addresses (address, ended, seq);
CREATE INDEX addresses_of_run ON addresses (run_id);
