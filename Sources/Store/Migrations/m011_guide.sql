-- The words of an answer that is being written, for whoever watches; empty once the answer stands.
ALTER TABLE conversations ADD COLUMN draft text NOT NULL DEFAULT '';

-- What the linked Telegram account calls itself, to be shown to the visitor before they pay.
ALTER TABLE conversations ADD COLUMN telegram_name text;

-- The platform's own account at the token proxy, with which it calls the model that leads conversations.
CREATE TABLE guide_accounts (
    id bigint PRIMARY KEY CHECK (id = 1),
    account_id text NOT NULL REFERENCES customers (id),
    token_sealed text NOT NULL
);
