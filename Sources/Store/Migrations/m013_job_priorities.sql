-- Which of the jobs that are due comes first; 1 is what a release without priorities adds.
ALTER TABLE jobs ADD COLUMN priority bigint NOT NULL DEFAULT 1;
CREATE INDEX jobs_due_first ON jobs (priority, run_at, id) WHERE state = 'queued';
CREATE INDEX jobs_due_of_kind ON jobs (kind, run_at) WHERE state = 'queued';
-- The token proxies that are at work: they share the upstream's concurrency.
CREATE TABLE token_proxies (
    holder text PRIMARY KEY,
    seen_at bigint NOT NULL
);
