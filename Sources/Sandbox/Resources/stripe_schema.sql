-- Every object that Stripe's API shows, as it shows it. SQLite numbers the positions by itself.
CREATE TABLE stripe_objects (
    position integer PRIMARY KEY,
    id text NOT NULL UNIQUE,
    kind text NOT NULL,
    body text NOT NULL
);
CREATE INDEX stripe_objects_by_kind ON stripe_objects (kind, position);

CREATE TABLE stripe_answers (
    idempotency_key text PRIMARY KEY,
    request text NOT NULL,
    body text NOT NULL,
    created_at bigint NOT NULL
);

-- The events that the webhook endpoint hasn't acknowledged.
CREATE TABLE stripe_deliveries (
    event_id text PRIMARY KEY,
    attempts bigint NOT NULL,
    next_at bigint NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX stripe_deliveries_due ON stripe_deliveries (next_at);
