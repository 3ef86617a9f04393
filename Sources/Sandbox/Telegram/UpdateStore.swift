import SQL
import Telegram

/// What bots have yet to confirm. All methods throw `SQLError`.
struct UpdateStore {
    private let transaction: any Transaction

    init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// Queues a message for the bot, unless it doesn't want messages.
    func append(_ message: TelegramMessage, for bot: StoredBot) throws {
        try append("message", for: bot) { TelegramUpdate(updateID: $0, message: message) }
    }

    /// Queues the news of a managed bot for its manager, unless that doesn't want it.
    func append(_ managedBot: ManagedBotUpdated, for manager: StoredBot) throws {
        try append("managed_bot", for: manager) { TelegramUpdate(updateID: $0, managedBot: managedBot) }
    }

    /// Queues the press of a button for the bot, unless it doesn't want such.
    func append(_ query: TelegramUpdate.CallbackQuery, for bot: StoredBot) throws {
        try append("callback_query", for: bot) { TelegramUpdate(updateID: $0, callbackQuery: query) }
    }

    private func append(_ kind: String, for bot: StoredBot, _ update: (Int64) -> TelegramUpdate) throws {
        guard bot.allowedUpdates.isEmpty || bot.allowedUpdates.contains(kind) else { return }
        let id = try transaction.next("update")
        try transaction.execute(
            "INSERT INTO telegram_updates (bot_id, id, body) VALUES (?1, ?2, ?3)",
            [.integer(bot.id), .integer(id), .text(try JSONText.encode(update(id)))])
    }

    func pending(botID: Int64, limit: Int64) throws -> [TelegramUpdate] {
        try transaction.query(
            "SELECT body FROM telegram_updates WHERE bot_id = ?1 ORDER BY id LIMIT ?2", [.integer(botID), .integer(limit)]
        ).map { try JSONText.decode(TelegramUpdate.self, from: $0.text("body")) }
    }

    func count(botID: Int64) throws -> Int64 {
        try transaction.first("SELECT count(*) AS updates FROM telegram_updates WHERE bot_id = ?1", [.integer(botID)])?
            .integer("updates") ?? 0
    }

    /// Forgets the updates before an offset. A negative one keeps that many of the newest.
    func confirm(botID: Int64, offset: Int64) throws {
        if offset >= 0 {
            try transaction.execute(
                "DELETE FROM telegram_updates WHERE bot_id = ?1 AND id < ?2", [.integer(botID), .integer(offset)])
        } else {
            try transaction.execute(
                """
                DELETE FROM telegram_updates WHERE bot_id = ?1 AND id NOT IN
                    (SELECT id FROM telegram_updates WHERE bot_id = ?1 ORDER BY id DESC LIMIT ?2)
                """,
                [.integer(botID), .integer(offset.magnitude > 1000 ? 1000 : -offset)])
        }
    }

    func forgetAll(botID: Int64) throws {
        try transaction.execute("DELETE FROM telegram_updates WHERE bot_id = ?1", [.integer(botID)])
    }
}
