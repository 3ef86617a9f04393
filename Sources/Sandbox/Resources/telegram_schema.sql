-- Times are milliseconds since 1970. Lists are JSON.

CREATE TABLE telegram_counters (
    name text PRIMARY KEY,
    value bigint NOT NULL
);
INSERT INTO telegram_counters (name, value) VALUES ('message', 0), ('update', 100000);

CREATE TABLE telegram_people (
    id bigint PRIMARY KEY,
    phone_token text NOT NULL UNIQUE,
    first_name text NOT NULL,
    language_code text NOT NULL,
    created_at bigint NOT NULL
);

-- access_user_ids: who may talk to the bot beside its owner; null means everybody may.
CREATE TABLE telegram_bots (
    id bigint PRIMARY KEY,
    username text NOT NULL,
    username_key text NOT NULL UNIQUE,
    token text NOT NULL UNIQUE,
    owner_id bigint REFERENCES telegram_people (id),
    manager_id bigint REFERENCES telegram_bots (id),
    name text NOT NULL,
    description text NOT NULL,
    short_description text NOT NULL,
    commands text NOT NULL,
    allowed_updates text NOT NULL,
    access_user_ids text,
    webhook_url text,
    created_at bigint NOT NULL
);
CREATE INDEX telegram_bots_by_owner ON telegram_bots (owner_id);

-- keyboard: what the bot put in place of the keyboard, if anything.
CREATE TABLE telegram_chats (
    person_id bigint NOT NULL REFERENCES telegram_people (id),
    bot_id bigint NOT NULL REFERENCES telegram_bots (id),
    started_at bigint,
    keyboard text,
    PRIMARY KEY (person_id, bot_id)
);

-- revision: grows with every change of any message, so that a reader knows what is new to it.
CREATE TABLE telegram_messages (
    id bigint PRIMARY KEY,
    revision bigint NOT NULL UNIQUE,
    person_id bigint NOT NULL,
    bot_id bigint NOT NULL,
    sender text NOT NULL,
    body text NOT NULL,
    buttons text,
    created_bot_id bigint REFERENCES telegram_bots (id),
    sent_at bigint NOT NULL,
    edited_at bigint,
    deleted_at bigint,
    FOREIGN KEY (person_id, bot_id) REFERENCES telegram_chats (person_id, bot_id)
);
CREATE INDEX telegram_messages_by_chat ON telegram_messages (person_id, bot_id, revision);

CREATE TABLE telegram_updates (
    bot_id bigint NOT NULL REFERENCES telegram_bots (id),
    id bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (bot_id, id)
);
