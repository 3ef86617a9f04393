-- Where customers want to be told of what happens, and what was sent there.
CREATE TABLE webhook_endpoints (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    url text NOT NULL,
    events text NOT NULL,
    secret_sealed text NOT NULL,
    created_at bigint NOT NULL,
    failing_since bigint,
    off_since bigint,
    off_reason text
);
CREATE INDEX webhook_endpoints_by_customer ON webhook_endpoints (customer_id);

CREATE TABLE webhook_deliveries (
    id text PRIMARY KEY,
    endpoint_id text NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    event text NOT NULL,
    body text NOT NULL,
    created_at bigint NOT NULL,
    attempts bigint NOT NULL DEFAULT 0,
    tried_at bigint,
    status_code bigint,
    fault text,
    delivered_at bigint,
    failed_at bigint
);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, id);
CREATE INDEX webhook_deliveries_by_customer ON webhook_deliveries (customer_id, id);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);
