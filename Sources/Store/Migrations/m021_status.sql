-- What the platform's own probes have found, for the page that anybody may read.
CREATE TABLE status_days (
    day bigint NOT NULL,
    part text NOT NULL,
    probes bigint NOT NULL,
    failures bigint NOT NULL,
    is_up bigint NOT NULL,
    since bigint NOT NULL,
    probed_at bigint NOT NULL,
    PRIMARY KEY (day, part)
);
