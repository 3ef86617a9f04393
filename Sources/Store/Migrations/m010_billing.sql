-- What becomes of a subscription after its first payment.
ALTER TABLE subscriptions ADD COLUMN withdrawal text;
ALTER TABLE subscriptions ADD COLUMN next_tier text;
ALTER TABLE subscriptions ADD COLUMN payment_url text;
-- When to look at it again though nothing is heard of it; null: never. Those from before are looked at at once.
ALTER TABLE subscriptions ADD COLUMN look_at bigint;
UPDATE subscriptions SET look_at = 0;
CREATE INDEX subscriptions_by_look ON subscriptions (look_at);

-- The language of Stripe's page.
ALTER TABLE checkouts ADD COLUMN locale text;

-- Stripe's invoices, as they were when their subscription was last looked at.
CREATE TABLE invoices (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id),
    subscription_id text NOT NULL REFERENCES subscriptions (id),
    number text,
    status text NOT NULL,
    tier text,
    total bigint NOT NULL,
    paid bigint NOT NULL,
    refunded bigint NOT NULL,
    currency text NOT NULL,
    url text,
    pdf_url text,
    created_at bigint NOT NULL
);
CREATE INDEX invoices_by_customer ON invoices (customer_id, created_at);

-- What a customer has been told: each thing once.
CREATE TABLE notices (
    customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    notice text NOT NULL,
    told_at bigint NOT NULL,
    PRIMARY KEY (customer_id, notice)
);

-- Limits follow what was paid. A period that was under way keeps at least what it had: the change to units gave some of them more
-- than their plan now has.
ALTER TABLE quotas ADD COLUMN floor_units bigint NOT NULL DEFAULT 0;
UPDATE quotas SET floor_units = token_limit;
