import SQL
import Telegram

/// A person's private chat with a bot.
struct StoredChat: Sendable {
    let botID: Int64
    /// When the person first wrote; before that the bot may not write.
    let startedAt: Int64?
    let keyboard: ReplyKeyboard?
}

/// The chats. All methods throw `SQLError`.
struct ChatStore {
    private let transaction: any Transaction

    init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    func find(personID: Int64, botID: Int64) throws -> StoredChat? {
        try transaction.first(
            "SELECT * FROM telegram_chats WHERE person_id = ?1 AND bot_id = ?2", [.integer(personID), .integer(botID)]
        ).map(StoredChat.init(row:))
    }

    /// - Returns: the chats of a person, in no particular order.
    func list(personID: Int64) throws -> [StoredChat] {
        try transaction.query("SELECT * FROM telegram_chats WHERE person_id = ?1", [.integer(personID)])
            .map(StoredChat.init(row:))
    }

    /// Puts the chat in the person's list, without writing to the bot.
    func open(personID: Int64, botID: Int64) throws {
        try transaction.execute(
            "INSERT INTO telegram_chats (person_id, bot_id) VALUES (?1, ?2) ON CONFLICT (person_id, bot_id) DO NOTHING",
            [.integer(personID), .integer(botID)])
    }

    /// From now on the bot may write to the person.
    func start(personID: Int64, botID: Int64, at now: Int64) throws {
        try transaction.execute(
            """
            INSERT INTO telegram_chats (person_id, bot_id, started_at) VALUES (?1, ?2, ?3)
            ON CONFLICT (person_id, bot_id) DO UPDATE SET started_at = coalesce(telegram_chats.started_at, ?3)
            """,
            [.integer(personID), .integer(botID), .integer(now)])
    }

    func setKeyboard(_ keyboard: ReplyKeyboard?, personID: Int64, botID: Int64) throws {
        try transaction.execute(
            "UPDATE telegram_chats SET keyboard = ?3 WHERE person_id = ?1 AND bot_id = ?2",
            [.integer(personID), .integer(botID), SQLValue(try keyboard.map(JSONText.encode))])
    }
}

extension StoredChat {
    init(row: Row) throws {
        botID = try row.integer("bot_id")
        startedAt = try row.optionalInteger("started_at")
        keyboard = try row.optionalText("keyboard").map { try JSONText.decode(ReplyKeyboard.self, from: $0) }
    }
}
