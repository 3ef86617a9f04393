-- Customers choose which notices they get, and how; agents' states are saved each night.
CREATE TABLE notices_off (
    customer_id text NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    kind text NOT NULL,
    channel text NOT NULL,
    since bigint NOT NULL,
    PRIMARY KEY (customer_id, kind, channel)
);

-- When an agent's state is saved next without anybody's asking; NULL: nobody has thought of it yet.
ALTER TABLE boxes ADD COLUMN nightly_at bigint;
CREATE INDEX boxes_by_night ON boxes (nightly_at) WHERE desired = 'running';
