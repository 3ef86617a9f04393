-- Times are milliseconds since 1970. A time that may be null says whether something has happened.

CREATE TABLE customers (
    id text PRIMARY KEY,
    email text,
    language text NOT NULL,
    stripe_customer_id text UNIQUE,
    created_at bigint NOT NULL
);
CREATE INDEX customers_by_email ON customers (email);

CREATE TABLE sessions (
    token_hash text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX sessions_by_customer ON sessions (customer_id);

CREATE TABLE magic_links (
    token_hash text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint
);

CREATE TABLE conversations (
    id text PRIMARY KEY,
    customer_id text NOT NULL UNIQUE REFERENCES customers (id) ON DELETE CASCADE,
    state text NOT NULL,
    telegram_code text NOT NULL UNIQUE,
    telegram_user_id bigint,
    created_at bigint NOT NULL
);
CREATE INDEX conversations_by_telegram_user ON conversations (telegram_user_id);

CREATE TABLE messages (
    conversation_id text NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    position bigint NOT NULL,
    role text NOT NULL,
    body text NOT NULL,
    card text,
    client_key text,
    created_at bigint NOT NULL,
    PRIMARY KEY (conversation_id, position),
    UNIQUE (conversation_id, client_key)
);

CREATE TABLE boxes (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id),
    tier text NOT NULL,
    agent_name text NOT NULL,
    purpose text NOT NULL,
    language text NOT NULL,
    bot_id bigint,
    bot_username text,
    bot_token_sealed text,
    bot_owner_user_id bigint,
    desired text NOT NULL,
    generation bigint NOT NULL,
    restart_marker bigint NOT NULL,
    observed_generation bigint NOT NULL,
    status text NOT NULL,
    detail text,
    created_at bigint NOT NULL,
    ready_at bigint
);
CREATE UNIQUE INDEX boxes_one_per_customer ON boxes (customer_id) WHERE desired <> 'deleted';
CREATE UNIQUE INDEX boxes_one_per_bot ON boxes (bot_id) WHERE bot_id IS NOT NULL AND desired <> 'deleted';

CREATE TABLE checkouts (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id),
    box_id text NOT NULL REFERENCES boxes (id),
    tier text NOT NULL,
    stripe_session_id text UNIQUE,
    url text,
    completed_at bigint,
    created_at bigint NOT NULL
);
CREATE INDEX checkouts_by_customer ON checkouts (customer_id, created_at);

CREATE TABLE subscriptions (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id),
    box_id text NOT NULL REFERENCES boxes (id),
    tier text NOT NULL,
    stripe_id text NOT NULL UNIQUE,
    stripe_item_id text NOT NULL,
    status text NOT NULL,
    period_start bigint NOT NULL,
    period_end bigint NOT NULL,
    cancel_at bigint,
    past_due_since bigint,
    ended_at bigint
);
CREATE INDEX subscriptions_by_customer ON subscriptions (customer_id);
CREATE INDEX subscriptions_by_box ON subscriptions (box_id);

CREATE TABLE stripe_events (
    id text PRIMARY KEY,
    type text NOT NULL,
    payload text NOT NULL,
    received_at bigint NOT NULL,
    handled_at bigint
);

CREATE TABLE proxy_tokens (
    token_hash text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id),
    box_id text NOT NULL REFERENCES boxes (id),
    created_at bigint NOT NULL,
    revoked_at bigint
);
CREATE UNIQUE INDEX proxy_tokens_one_per_box ON proxy_tokens (box_id) WHERE revoked_at IS NULL;

CREATE TABLE quotas (
    customer_id text NOT NULL REFERENCES customers (id),
    period_start bigint NOT NULL,
    period_end bigint NOT NULL,
    token_limit bigint NOT NULL,
    used bigint NOT NULL,
    reserved bigint NOT NULL,
    PRIMARY KEY (customer_id, period_start)
);

CREATE TABLE reservations (
    request_id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id),
    box_id text NOT NULL REFERENCES boxes (id),
    period_start bigint NOT NULL,
    model text NOT NULL,
    input bigint NOT NULL,
    output bigint NOT NULL,
    holder text NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX reservations_by_holder ON reservations (holder);

CREATE TABLE usage_events (
    request_id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id),
    box_id text NOT NULL REFERENCES boxes (id),
    period_start bigint NOT NULL,
    model text NOT NULL,
    input bigint NOT NULL,
    cached bigint NOT NULL,
    output bigint NOT NULL,
    estimated bigint NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX usage_events_by_customer ON usage_events (customer_id, created_at, request_id);

CREATE TABLE telegram_offsets (
    bot_id bigint PRIMARY KEY,
    next_update_id bigint NOT NULL
);

CREATE TABLE idempotency_keys (
    customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    idempotency_key text NOT NULL,
    request_hash text NOT NULL,
    status bigint NOT NULL,
    body text NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (customer_id, idempotency_key)
);
