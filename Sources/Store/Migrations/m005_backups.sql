-- What an agent has stored is saved before anything that could lose it, and can be put back.
CREATE TABLE backups (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id),
    box_id text NOT NULL REFERENCES boxes (id),
    reason text NOT NULL,
    generation bigint NOT NULL,
    image text,
    object_key text NOT NULL,
    state text NOT NULL,
    detail text,
    size bigint,
    created_at bigint NOT NULL,
    ended_at bigint
);
CREATE UNIQUE INDEX backups_one_running_per_box ON backups (box_id) WHERE state = 'running';
CREATE INDEX backups_by_box ON backups (box_id, id);
CREATE INDEX backups_by_customer ON backups (customer_id, id);

CREATE TABLE restores (
    id text PRIMARY KEY,
    customer_id text NOT NULL REFERENCES customers (id),
    box_id text NOT NULL REFERENCES boxes (id),
    backup_id text NOT NULL REFERENCES backups (id),
    state text NOT NULL,
    detail text,
    created_at bigint NOT NULL,
    ended_at bigint
);
CREATE UNIQUE INDEX restores_one_running_per_box ON restores (box_id) WHERE state = 'running';
CREATE INDEX restores_by_box ON restores (box_id, id);

ALTER TABLE boxes ADD COLUMN backup_waived_for text;
