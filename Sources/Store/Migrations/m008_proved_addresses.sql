-- An address counts as its owner's once a link that was mailed there has been followed.
ALTER TABLE customers ADD COLUMN email_proved_at bigint;
