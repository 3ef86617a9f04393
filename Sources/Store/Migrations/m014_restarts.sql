-- An owner who asks for a restart sees when it was.
ALTER TABLE boxes ADD COLUMN restarted_at bigint;
