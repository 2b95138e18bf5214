-- When a note was written last (ms): what nobody needs any more goes some time after. Older notes count from now on,
-- as do those that a former release writes meanwhile.
ALTER TABLE notes ADD COLUMN saved_at bigint NOT NULL DEFAULT floor(extract(epoch FROM clock_timestamp()) * 1000);
CREATE INDEX audits_at ON audits (at);
