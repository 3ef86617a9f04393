-- The host sees and does things in the browser: who they are, what they looked at, what they were told, what was paid.
CREATE TABLE host_factors (
    email text PRIMARY KEY,
    secret_sealed text NOT NULL,
    confirmed_at bigint,
    last_step bigint NOT NULL,
    failures bigint NOT NULL,
    locked_until bigint,
    created_at bigint NOT NULL
);

CREATE TABLE host_recovery_codes (
    code_hash text PRIMARY KEY,
    email text NOT NULL REFERENCES host_factors (email) ON DELETE CASCADE,
    used_at bigint
);
CREATE INDEX host_recovery_codes_by_email ON host_recovery_codes (email);

CREATE TABLE host_sessions (
    session_hash text PRIMARY KEY REFERENCES sessions (token_hash) ON DELETE CASCADE,
    email text NOT NULL REFERENCES host_factors (email) ON DELETE CASCADE,
    verified_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX host_sessions_by_email ON host_sessions (email);

CREATE TABLE host_audit (
    id text PRIMARY KEY,
    at bigint NOT NULL,
    actor text NOT NULL,
    origin text NOT NULL,
    act text NOT NULL,
    subject text,
    customer_id text,
    detail text
);
CREATE INDEX host_audit_by_customer ON host_audit (customer_id, id) WHERE customer_id IS NOT NULL;

CREATE TABLE alerts (
    id text PRIMARY KEY,
    subject text NOT NULL,
    body text NOT NULL,
    raised_at bigint NOT NULL,
    mailed_at bigint,
    acknowledged_at bigint,
    acknowledged_by text
);
CREATE INDEX alerts_open ON alerts (id) WHERE acknowledged_at IS NULL;

CREATE TABLE payments (
    id text PRIMARY KEY,
    kind text NOT NULL,
    stripe_customer_id text,
    reference text,
    amount bigint NOT NULL,
    currency text NOT NULL,
    paid_at bigint NOT NULL
);
CREATE INDEX payments_by_time ON payments (paid_at, id);
CREATE INDEX payments_by_customer ON payments (stripe_customer_id);

ALTER TABLE quotas ADD COLUMN granted bigint NOT NULL DEFAULT 0;
CREATE INDEX usage_events_by_time ON usage_events (created_at);
CREATE INDEX stripe_events_by_time ON stripe_events (received_at, id);
