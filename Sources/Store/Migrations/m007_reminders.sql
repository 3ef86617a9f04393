-- Agents remind their owners at the owners' own time of day; the platform sends the reminders.
ALTER TABLE boxes ADD COLUMN time_zone text;

CREATE TABLE reminders (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id),
    box_id text NOT NULL REFERENCES boxes (id),
    number bigint NOT NULL,
    body text NOT NULL,
    repeats text NOT NULL,
    local_time text NOT NULL,
    occurs_at bigint NOT NULL,
    try_at bigint NOT NULL,
    begun_at bigint,
    created_at bigint NOT NULL,
    ended_at bigint,
    end_reason text
);
CREATE UNIQUE INDEX reminders_by_number ON reminders (box_id, number);
CREATE INDEX reminders_due ON reminders (try_at) WHERE ended_at IS NULL;
CREATE INDEX reminders_by_customer ON reminders (customer_id);
CREATE INDEX reminders_ended ON reminders (ended_at) WHERE ended_at IS NOT NULL;
