-- What all processes may do together in a time: `free_at` (ms) is when the whole budget is there again, `granted` what
-- the last one got. Nothing of it is worth a write-ahead log: after a crash every budget is whole, as after a start.
-- It was a step 8 beside the other one for some hours: a database of those has the table.
CREATE UNLOGGED TABLE IF NOT EXISTS budgets (
  name text PRIMARY KEY,
  free_at double precision NOT NULL,
  granted bigint NOT NULL
);
