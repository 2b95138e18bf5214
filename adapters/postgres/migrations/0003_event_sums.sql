-- A sum over each event, checked when it is read. NULL: written by a release that had none.
ALTER TABLE events ADD COLUMN sum bigint;
