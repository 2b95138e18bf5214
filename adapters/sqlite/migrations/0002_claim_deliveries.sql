-- While a process sends a post nobody else does: until then (ms), or until the outcome is written. NULL: nobody sends it.
ALTER TABLE outbox ADD COLUMN lease_until integer;
