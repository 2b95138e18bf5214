-- When a note was written last (ms): what nobody needs any more goes some time after. Older notes count from now on.
ALTER TABLE notes ADD COLUMN saved_at integer NOT NULL DEFAULT 0;
UPDATE notes SET saved_at = CAST(strftime('%s', 'now') AS integer) * 1000;
CREATE INDEX audits_at ON audits (at);
