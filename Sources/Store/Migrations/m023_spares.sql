-- Agents that run for nobody yet. A payment deletes one's row and names it on the box that lives in its place from then on.
CREATE TABLE spares (
    id text PRIMARY KEY,
    tier text NOT NULL,
    image text,
    proxy_token_hash text UNIQUE,
    state text NOT NULL,
    detail text,
    created_at bigint NOT NULL,
    ready_at bigint,
    place_held_until bigint
);
ALTER TABLE boxes ADD COLUMN spare_id text;
CREATE UNIQUE INDEX boxes_one_per_spare ON boxes (spare_id) WHERE spare_id IS NOT NULL;
