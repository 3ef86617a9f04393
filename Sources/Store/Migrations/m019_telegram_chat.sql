-- The set-up chat goes on inside Telegram, and back on the page.

-- The position of the last message that is shown on Telegram; NULL while the visitor speaks on the page.
ALTER TABLE conversations ADD COLUMN telegram_shown bigint;
-- Telegram's id of the message that shows it, if its buttons may have to go.
ALTER TABLE conversations ADD COLUMN telegram_message_id bigint;
-- When the linked account last came with this conversation: what it writes belongs to the youngest.
ALTER TABLE conversations ADD COLUMN telegram_at bigint NOT NULL DEFAULT 0;

-- Where a link was sent to, 'mail' or 'telegram': only mail proves an address.
ALTER TABLE magic_links ADD COLUMN sent_by text NOT NULL DEFAULT 'mail';
-- The same of the link that began a session; '' for those that no link began.
ALTER TABLE sessions ADD COLUMN opened_by text NOT NULL DEFAULT '';
