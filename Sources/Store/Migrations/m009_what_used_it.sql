-- What a call was made for, and what stops an agent that runs away.
ALTER TABLE usage_events ADD COLUMN cause text;

CREATE TABLE agent_turns (
    box_id text NOT NULL REFERENCES boxes (id) ON DELETE CASCADE,
    mark bigint NOT NULL,
    calls bigint NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (box_id, mark)
);

CREATE TABLE agent_guards (
    box_id text PRIMARY KEY REFERENCES boxes (id) ON DELETE CASCADE,
    customer_id text NOT NULL REFERENCES customers (id),
    unasked_since bigint NOT NULL,
    unasked_units bigint NOT NULL,
    held_at bigint,
    reason text,
    releases bigint NOT NULL
);
CREATE INDEX agent_guards_by_customer ON agent_guards (customer_id);
