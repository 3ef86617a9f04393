-- What a worker does for one job, as pgbench runs it: claim in one transaction, finish in another.
\set holder random(1, 1000000000)
BEGIN ISOLATION LEVEL SERIALIZABLE;
SET LOCAL statement_timeout = 30000;
SET LOCAL idle_in_transaction_session_timeout = 60000;
SET LOCAL enable_seqscan = off;
SELECT j.id FROM jobs j WHERE j.state = 'queued' AND j.run_at <= 4000000000000
    AND j.kind IN (SELECT jsonb_array_elements_text('["test.chore"]'::jsonb)) AND (j.customer_id IS NULL OR (
        NOT EXISTS (SELECT 1 FROM jobs r WHERE r.customer_id = j.customer_id AND r.state = 'running')
        AND NOT EXISTS (SELECT 1 FROM jobs e WHERE e.customer_id = j.customer_id AND e.state = 'queued'
            AND e.run_at <= 4000000000000 AND (e.priority, e.run_at, e.id) < (j.priority, j.run_at, j.id)
            AND e.kind IN (SELECT jsonb_array_elements_text('["test.chore"]'::jsonb)))))
    ORDER BY j.priority, j.run_at, j.id LIMIT 1 FOR UPDATE SKIP LOCKED \gset
UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_holder = :holder::text, lease_until = 4000000000000,
    transitions = transitions + 1
    WHERE id = :id AND state = 'queued';
INSERT INTO job_transitions (job_id, position, state, attempt, reason, at) VALUES (:id, 2, 'running', 1, NULL, 1);
SELECT at FROM job_transitions WHERE job_id = :id AND position = 2;
COMMIT;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SET LOCAL statement_timeout = 30000;
SET LOCAL idle_in_transaction_session_timeout = 60000;
SET LOCAL enable_seqscan = off;
UPDATE jobs SET state = 'complete', finished_at = 1, lease_holder = NULL, lease_until = NULL, transitions = transitions + 1
    WHERE id = :id AND lease_holder = :holder::text AND state = 'running';
INSERT INTO job_transitions (job_id, position, state, attempt, reason, at) VALUES (:id, 3, 'complete', 1, NULL, 1);
COMMIT;
