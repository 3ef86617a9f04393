CREATE TABLE jobs (
    id text PRIMARY KEY,
    kind text NOT NULL,
    arguments text NOT NULL,
    customer_id text,
    unique_key text,
    state text NOT NULL,
    attempt bigint NOT NULL,
    run_at bigint NOT NULL,
    lease_holder text,
    lease_until bigint,
    reason text,
    transitions bigint NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint
);
CREATE UNIQUE INDEX jobs_waiting_once ON jobs (kind, unique_key) WHERE state = 'queued' AND unique_key IS NOT NULL;
CREATE UNIQUE INDEX jobs_one_running_per_customer ON jobs (customer_id) WHERE state = 'running' AND customer_id IS NOT NULL;
CREATE INDEX jobs_due ON jobs (run_at, id) WHERE state = 'queued';
CREATE INDEX jobs_waiting_by_customer ON jobs (customer_id, run_at, id) WHERE state = 'queued' AND customer_id IS NOT NULL;
CREATE INDEX jobs_leased ON jobs (lease_holder) WHERE state = 'running';
CREATE INDEX jobs_finished ON jobs (state, finished_at);

CREATE TABLE job_transitions (
    job_id text NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    state text NOT NULL,
    attempt bigint NOT NULL,
    reason text,
    at bigint NOT NULL,
    PRIMARY KEY (job_id, position)
);

CREATE TABLE periodic_jobs (
    kind text PRIMARY KEY,
    next_run_at bigint NOT NULL
);
