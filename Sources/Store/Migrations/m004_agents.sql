-- Agents run as containers of an image that is rolled out to them in waves, and tell how they are.
ALTER TABLE boxes ADD COLUMN image text;
ALTER TABLE boxes ADD COLUMN image_before text;
ALTER TABLE boxes ADD COLUMN restarts bigint NOT NULL DEFAULT 0;
ALTER TABLE boxes ADD COLUMN seen_at bigint;
ALTER TABLE boxes ADD COLUMN failures bigint NOT NULL DEFAULT 0;

CREATE TABLE rollouts (
    image text PRIMARY KEY,
    state text NOT NULL,
    wave bigint NOT NULL,
    wave_started_at bigint NOT NULL,
    detail text,
    started_at bigint NOT NULL,
    ended_at bigint
);
CREATE UNIQUE INDEX rollouts_one_at_a_time ON rollouts ((ended_at IS NULL)) WHERE ended_at IS NULL;
