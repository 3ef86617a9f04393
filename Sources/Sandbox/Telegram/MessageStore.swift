import SQL
import Telegram

/// A message of either side, or a note that something happened.
struct StoredMessage: Sendable {
    enum Sender: String, Sendable {
        case person, bot
        /// A note that the person's app sent, such as that a bot was created.
        case service
    }

    let id: Int64
    let revision: Int64
    let personID: Int64
    let botID: Int64
    let sender: Sender
    let text: String
    let buttons: InlineKeyboard?
    let createdBotID: Int64?
    /// Milliseconds since 1970.
    let sentAt: Int64
    let isEdited: Bool
    let isDeleted: Bool

    /// - Parameter createdBot: what ``createdBotID`` points to.
    func wire(bot: StoredBot, person: StoredPerson, createdBot: StoredBot? = nil) -> TelegramMessage {
        TelegramMessage(
            messageID: id, from: sender == .bot ? bot.wire() : person.wire, chat: person.chat, date: sentAt / 1000,
            text: sender == .service ? nil : text, replyMarkup: buttons,
            managedBotCreated: createdBot.map { ManagedBotCreated(bot: $0.wire()) })
    }
}

/// The messages of all chats. All methods throw `SQLError`.
struct MessageStore {
    private let transaction: any Transaction

    init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// The chat must exist.
    func append(
        _ text: String, from sender: StoredMessage.Sender, personID: Int64, botID: Int64, at now: Int64,
        buttons: InlineKeyboard? = nil, createdBotID: Int64? = nil
    ) throws -> StoredMessage {
        let id = try transaction.next("message")
        try transaction.execute(
            """
            INSERT INTO telegram_messages
                (id, revision, person_id, bot_id, sender, body, buttons, created_bot_id, sent_at)
            VALUES (?1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """,
            [
                .integer(id), .integer(personID), .integer(botID), .text(sender.rawValue), .text(text),
                SQLValue(try buttons.map(JSONText.encode)), SQLValue(createdBotID), .integer(now),
            ])
        return StoredMessage(
            id: id, revision: id, personID: personID, botID: botID, sender: sender, text: text, buttons: buttons,
            createdBotID: createdBotID, sentAt: now, isEdited: false, isDeleted: false)
    }

    /// - Returns: the message if it is there and not deleted.
    func find(id: Int64, personID: Int64, botID: Int64) throws -> StoredMessage? {
        try transaction.first(
            """
            SELECT * FROM telegram_messages
            WHERE id = ?1 AND person_id = ?2 AND bot_id = ?3 AND deleted_at IS NULL
            """,
            [.integer(id), .integer(personID), .integer(botID)]
        ).map(StoredMessage.init(row:))
    }

    /// - Returns: what changed in a chat after a revision, in the order in which the messages were sent.
    func list(personID: Int64, botID: Int64, afterRevision revision: Int64) throws -> [StoredMessage] {
        try transaction.query(
            "SELECT * FROM telegram_messages WHERE person_id = ?1 AND bot_id = ?2 AND revision > ?3 ORDER BY id",
            [.integer(personID), .integer(botID), .integer(revision)]
        ).map(StoredMessage.init(row:))
    }

    func last(personID: Int64, botID: Int64) throws -> StoredMessage? {
        try transaction.first(
            """
            SELECT * FROM telegram_messages WHERE person_id = ?1 AND bot_id = ?2 AND deleted_at IS NULL
            ORDER BY id DESC LIMIT 1
            """,
            [.integer(personID), .integer(botID)]
        ).map(StoredMessage.init(row:))
    }

    func edit(id: Int64, text: String, buttons: InlineKeyboard?, at now: Int64) throws {
        try transaction.execute(
            "UPDATE telegram_messages SET body = ?2, buttons = ?3, edited_at = ?4, revision = ?5 WHERE id = ?1",
            [
                .integer(id), .text(text), SQLValue(try buttons.map(JSONText.encode)), .integer(now),
                .integer(try transaction.next("message")),
            ])
    }

    /// The row stays, empty, so that readers learn of it.
    func delete(id: Int64, at now: Int64) throws {
        try transaction.execute(
            "UPDATE telegram_messages SET body = '', buttons = NULL, deleted_at = ?2, revision = ?3 WHERE id = ?1",
            [.integer(id), .integer(now), .integer(try transaction.next("message"))])
    }
}

extension StoredMessage {
    init(row: Row) throws {
        id = try row.integer("id")
        revision = try row.integer("revision")
        personID = try row.integer("person_id")
        botID = try row.integer("bot_id")
        sender = Sender(rawValue: try row.text("sender")) ?? .service
        text = try row.text("body")
        buttons = try row.optionalText("buttons").map { try JSONText.decode(InlineKeyboard.self, from: $0) }
        createdBotID = try row.optionalInteger("created_bot_id")
        sentAt = try row.integer("sent_at")
        isEdited = try row.optionalInteger("edited_at") != nil
        isDeleted = try row.optionalInteger("deleted_at") != nil
    }
}

extension Transaction {
    /// - Returns: the next number of a sequence that never gives the same one twice.
    /// - Throws: `SQLError`.
    func next(_ counter: String) throws -> Int64 {
        let row = try first(
            "UPDATE telegram_counters SET value = value + 1 WHERE name = ?1 RETURNING value", [.text(counter)])
        guard let row else { throw SQLError.failed("no counter '\(counter)'") }
        return try row.integer("value")
    }
}
