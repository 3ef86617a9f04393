-- Customers say how their agents are to be, and look after their accounts themselves.
ALTER TABLE boxes ADD COLUMN profile text NOT NULL DEFAULT '{}';
ALTER TABLE sessions ADD COLUMN device text NOT NULL DEFAULT '';

CREATE TABLE email_changes (
    customer_id text PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
    email text NOT NULL,
    new_token_hash text UNIQUE,
    old_token_hash text UNIQUE,
    new_confirmed_at bigint,
    old_confirmed_at bigint,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);

CREATE TABLE exports (
    token_hash text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX exports_by_customer ON exports (customer_id);

CREATE TABLE erasures (
    customer_id text PRIMARY KEY REFERENCES customers (id) ON DELETE CASCADE,
    requested_at bigint NOT NULL,
    due_at bigint NOT NULL,
    done_at bigint
);

CREATE TABLE api_tokens (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    name text NOT NULL,
    token_hash text NOT NULL UNIQUE,
    scope text NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint
);
CREATE INDEX api_tokens_by_customer ON api_tokens (customer_id);
