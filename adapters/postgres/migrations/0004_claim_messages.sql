-- While a process works on a message nobody else does: until then (ms). NULL: nobody works on it.
ALTER TABLE inbox ADD COLUMN lease_until bigint;
