-- Who does what only one process may do at a time, and until when unless it renews that.
CREATE TABLE leader_leases (
    name text PRIMARY KEY,
    holder text NOT NULL,
    expires_at bigint NOT NULL
);
