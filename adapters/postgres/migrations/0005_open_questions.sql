-- The questions of one run, and how many are open for whom: lists count and page through them.
CREATE INDEX questions_run ON questions (run_id, asked_at, question_id) WHERE settled_at IS NULL;
CREATE INDEX runs_asking_whose ON runs (agent, principal, asking) WHERE asking > 0;
