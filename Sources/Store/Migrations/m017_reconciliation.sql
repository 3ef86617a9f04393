-- Looking at Stripe for what no webhook has told: up to when its events were asked for, and which payment pages are over.
CREATE TABLE stripe_looks (
    subject text PRIMARY KEY,
    looked_at bigint NOT NULL
);

ALTER TABLE checkouts ADD COLUMN session_ended_at bigint;
CREATE INDEX checkouts_unheard ON checkouts (id)
    WHERE stripe_session_id IS NOT NULL AND completed_at IS NULL AND session_ended_at IS NULL;
