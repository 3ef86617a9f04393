-- The token proxy takes a customer's allowance in slices and keeps what is set aside for single calls in its journal.
INSERT INTO usage_events
    (request_id, customer_id, box_id, period_start, model, input, cached, output, estimated, created_at)
SELECT request_id, customer_id, box_id, period_start, model, input, 0, output, 1, created_at FROM reservations
WHERE true ON CONFLICT (request_id) DO NOTHING;
UPDATE quotas SET used = used + reserved, reserved = 0;
DROP TABLE reservations;

CREATE TABLE leases (
    holder text NOT NULL,
    customer_id text NOT NULL REFERENCES customers (id),
    period_start bigint NOT NULL,
    tokens bigint NOT NULL,
    renewed_at bigint NOT NULL,
    PRIMARY KEY (holder, customer_id, period_start)
);
CREATE INDEX leases_by_customer ON leases (customer_id);

ALTER TABLE proxy_tokens ADD COLUMN unpaced_at bigint;
