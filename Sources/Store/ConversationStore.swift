package import Core
import FoundationEssentials
package import SQL

/// The onboarding chats and their messages.
package struct ConversationStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `SQLError`.
    package func insert(_ conversation: Conversation) throws {
        try transaction.execute(
            """
            INSERT INTO conversations (id, customer_id, state, telegram_code, telegram_user_id, created_at, telegram_name,
                telegram_shown, telegram_message_id, telegram_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            [
                .text(conversation.id.rawValue), .text(conversation.customerID.rawValue), .text(conversation.state),
                .text(conversation.telegramCode), SQLValue(conversation.telegramUserID),
                .integer(conversation.createdAt.milliseconds), SQLValue(conversation.telegramName),
                SQLValue(conversation.onTelegram?.position), SQLValue(conversation.onTelegram?.messageID),
                .integer(conversation.telegramUserID == nil ? 0 : conversation.createdAt.milliseconds),
            ])
    }

    /// - Throws: `SQLError`.
    package func find(customerID: Customer.ID) throws -> Conversation? {
        try transaction.first("SELECT * FROM conversations WHERE customer_id = ?1", [.text(customerID.rawValue)])
            .map(Conversation.init(row:))
    }

    /// - Parameter telegramCode: the payload of the deep link that someone followed.
    /// - Throws: `SQLError`.
    package func find(telegramCode: String) throws -> Conversation? {
        try transaction.first("SELECT * FROM conversations WHERE telegram_code = ?1", [.text(telegramCode)])
            .map(Conversation.init(row:))
    }

    /// The conversations that this Telegram account is tied to, the one that it came with last first.
    /// - Throws: `SQLError`.
    package func all(telegramUserID: Int64) throws -> [Conversation] {
        try transaction.query(
            "SELECT * FROM conversations WHERE telegram_user_id = ?1 ORDER BY telegram_at DESC, id DESC",
            [.integer(telegramUserID)]
        ).map(Conversation.init(row:))
    }

    /// Writes the fields that the interview changes: its state, the visitor's Telegram account and the code for it. Without an
    /// account nothing is shown on Telegram any more.
    /// - Throws: `SQLError`.
    package func update(_ conversation: Conversation) throws {
        try transaction.execute(
            """
            UPDATE conversations SET state = ?3, telegram_user_id = ?4, telegram_code = ?5, telegram_name = ?6,
                telegram_shown = CASE WHEN CAST(?4 AS bigint) IS NULL THEN NULL ELSE telegram_shown END, draft = ''
            WHERE id = ?1 AND customer_id = ?2
            """,
            [
                .text(conversation.id.rawValue), .text(conversation.customerID.rawValue), .text(conversation.state),
                SQLValue(conversation.telegramUserID), .text(conversation.telegramCode), SQLValue(conversation.telegramName),
            ])
    }

    // MARK: On Telegram

    /// Notes that the linked account has come with this conversation; none of its others is shown on Telegram any more.
    /// - Throws: `SQLError`.
    package func come(to conversation: Conversation, now: Timestamp) throws {
        let came = try transaction.execute(
            "UPDATE conversations SET telegram_at = ?3 WHERE id = ?1 AND customer_id = ?2",
            [
                .text(conversation.id.rawValue), .text(conversation.customerID.rawValue), .integer(now.milliseconds),
            ])
        guard came == 1, let person = conversation.telegramUserID else { return }
        try transaction.execute(
            "UPDATE conversations SET telegram_shown = NULL WHERE telegram_user_id = ?1 AND id <> ?2",
            [.integer(person), .text(conversation.id.rawValue)])
    }

    /// Notes how far the conversation is shown on Telegram, or that the visitor speaks on the page.
    /// - Throws: `SQLError`.
    package func setShown(_ shown: ShownOnTelegram?, of conversation: Conversation) throws {
        try transaction.execute(
            """
            UPDATE conversations SET telegram_shown = ?3, telegram_message_id = ?4 WHERE id = ?1 AND customer_id = ?2
            """,
            [
                .text(conversation.id.rawValue), .text(conversation.customerID.rawValue), SQLValue(shown?.position),
                SQLValue(shown?.messageID),
            ])
    }

    // MARK: Drafts

    /// The words of the answer that is being written; empty if none is.
    /// - Throws: `SQLError`.
    package func draft(customerID: Customer.ID) throws -> String {
        try transaction.first("SELECT draft FROM conversations WHERE customer_id = ?1", [.text(customerID.rawValue)])?
            .text("draft") ?? ""
    }

    /// - Throws: `SQLError`.
    package func setDraft(_ text: String, of conversation: Conversation) throws {
        try transaction.execute(
            "UPDATE conversations SET draft = ?3 WHERE id = ?1 AND customer_id = ?2",
            [.text(conversation.id.rawValue), .text(conversation.customerID.rawValue), .text(text)])
    }

    /// Forgets what was said; the positions of the messages stay taken.
    /// - Throws: `SQLError`.
    package func eraseMessages(of conversation: Conversation) throws {
        try transaction.execute(
            """
            UPDATE messages SET body = '', card = NULL
            WHERE conversation_id = (SELECT id FROM conversations WHERE id = ?1 AND customer_id = ?2)
            """, [.text(conversation.id.rawValue), .text(conversation.customerID.rawValue)])
    }

    /// The conversations in whose state a word occurs, in the order of their ids.
    /// - Parameters:
    ///   - word: letters only.
    ///   - id: only those after it.
    /// - Throws: `SQLError`.
    package func all(whoseStateHas word: String, after id: String, limit: Int) throws -> [Conversation] {
        try transaction.query(
            "SELECT * FROM conversations WHERE state LIKE ?1 AND id > ?2 ORDER BY id LIMIT ?3",
            [.text("%\(word)%"), .text(id), .integer(Int64(limit))]
        ).map(Conversation.init(row:))
    }

    // MARK: Messages

    /// Adds a message at the end; none, if the conversation isn't its customer's.
    /// - Parameter clientKey: chosen by the sender; a message with a key that the conversation has already is not added again.
    /// - Returns: whether it was added.
    /// - Throws: `SQLError`.
    @discardableResult
    package func append(
        to conversation: Conversation, role: ChatMessage.Role, text: String, card: ChatMessage.Card? = nil,
        clientKey: String? = nil, now: Timestamp
    ) throws -> Bool {
        let card = try card.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        return try transaction.execute(
            """
            INSERT INTO messages (conversation_id, position, role, body, card, client_key, created_at)
            SELECT c.id, (SELECT coalesce(max(m.position), 0) + 1 FROM messages m WHERE m.conversation_id = c.id),
                ?3, ?4, ?5, ?6, CAST(?7 AS bigint)
            FROM conversations c WHERE c.id = ?1 AND c.customer_id = ?2
            ON CONFLICT (conversation_id, client_key) DO NOTHING
            """,
            [
                .text(conversation.id.rawValue), .text(conversation.customerID.rawValue), .text(role.rawValue), .text(text),
                SQLValue(card), SQLValue(clientKey), .integer(now.milliseconds),
            ]) == 1
    }

    /// How many messages were written later than at a time; 0 if the conversation isn't its customer's.
    /// - Throws: `SQLError`.
    package func messageCount(of conversation: Conversation, since time: Timestamp) throws -> Int64 {
        try transaction.first(
            """
            SELECT count(*) AS messages FROM messages m JOIN conversations c ON c.id = m.conversation_id
            WHERE c.id = ?1 AND c.customer_id = ?2 AND m.created_at > ?3
            """,
            [.text(conversation.id.rawValue), .text(conversation.customerID.rawValue), .integer(time.milliseconds)]
        )?.integer("messages") ?? 0
    }

    /// When the visitor said the last but so many of what they have said.
    /// - Returns: `nil` if they haven't said as much.
    /// - Throws: `SQLError`.
    package func saidAt(lastBut count: Int, in conversation: Conversation) throws -> Timestamp? {
        try transaction.first(
            """
            SELECT m.created_at FROM messages m JOIN conversations c ON c.id = m.conversation_id
            WHERE c.id = ?1 AND c.customer_id = ?2 AND m.role = 'visitor' ORDER BY m.position DESC LIMIT 1 OFFSET \(count)
            """, [.text(conversation.id.rawValue), .text(conversation.customerID.rawValue)]
        )?.time("created_at")
    }

    /// - Returns: the position of the last message, forgotten or not; 0 if there is none, or it isn't its customer's conversation.
    /// - Throws: `SQLError`.
    package func lastPosition(of conversation: Conversation) throws -> Int64 {
        try transaction.first(
            """
            SELECT max(m.position) AS position FROM messages m JOIN conversations c ON c.id = m.conversation_id
            WHERE c.id = ?1 AND c.customer_id = ?2
            """, [.text(conversation.id.rawValue), .text(conversation.customerID.rawValue)]
        )?.optionalInteger("position") ?? 0
    }

    /// The messages after a position, oldest first; none, if the conversation isn't its customer's.
    /// - Throws: `SQLError`; a `DecodingError` for a card that can't be read.
    package func messages(of conversation: Conversation, after position: Int64 = 0) throws -> [ChatMessage] {
        try transaction.query(
            """
            SELECT m.* FROM messages m JOIN conversations c ON c.id = m.conversation_id
            WHERE m.body <> '' AND c.id = ?1 AND c.customer_id = ?2 AND m.position > ?3 ORDER BY m.position
            """,
            [.text(conversation.id.rawValue), .text(conversation.customerID.rawValue), .integer(position)]
        ).map(ChatMessage.init(row:))
    }
}

extension Conversation {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), customerID: try row.id("customer_id"), state: try row.text("state"),
            telegramCode: try row.text("telegram_code"), telegramUserID: try row.optionalInteger("telegram_user_id"),
            telegramName: try row.optionalText("telegram_name"),
            onTelegram: try row.optionalInteger("telegram_shown").map {
                ShownOnTelegram(position: $0, messageID: try row.optionalInteger("telegram_message_id"))
            }, createdAt: try row.time("created_at"))
    }
}

extension ChatMessage {
    init(row: Row) throws {
        self.init(
            position: try row.integer("position"), role: try row.value("role"), text: try row.text("body"),
            card: try row.optionalText("card").map { try JSONDecoder().decode(Card.self, from: Data($0.utf8)) },
            createdAt: try row.time("created_at"))
    }
}
