-- What was said stands in the runs; of a message that is done only its key is needed. Words whose writer was asked what
-- they answer are kept for that.
UPDATE inbox SET body = '' WHERE state <> 'pending' AND outcome IS DISTINCT FROM 'asked';
CREATE INDEX inbox_kept ON inbox (received_at) WHERE state <> 'pending' AND body <> '';
