-- Words of one place are worked off in the order in which they came: `address` is that place, NULL where no order is
-- kept. `tried_at` (ms): since when somebody tries; what is tried in vain for long holds up nothing any more.
ALTER TABLE inbox ADD COLUMN address text;
ALTER TABLE inbox ADD COLUMN tried_at integer;
CREATE INDEX inbox_order ON inbox (address, seq) WHERE state = 'pending';
