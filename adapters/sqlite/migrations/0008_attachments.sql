-- Files that the results of calls bring, as base64: the log names them by their hash.
CREATE TABLE attachments (
  run_id text NOT NULL,
  hash text NOT NULL,
  name text NOT NULL,
  media_type text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (run_id, hash)
) STRICT;
