-- Who only ever decided has no run that tells what they are called. null: it was not known, or a former release wrote the
-- row, which leaves it out.
ALTER TABLE audits ADD COLUMN name text;
