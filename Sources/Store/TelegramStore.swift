package import SQL

/// How far the updates of each bot that we poll have been handled.
package struct TelegramStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// The first update that has not been handled.
    /// - Returns: `nil` if none ever was.
    /// - Throws: `SQLError`.
    package func nextUpdateID(botID: Int64) throws -> Int64? {
        try transaction.first("SELECT next_update_id FROM telegram_offsets WHERE bot_id = ?1", [.integer(botID)])?
            .integer("next_update_id")
    }

    /// Marks an update as handled, in the transaction that handles it.
    ///
    /// It compares with what the caller knew instead of asking for growth: after a week without updates, Telegram starts
    /// from a random number (https://core.telegram.org/bots/api#update).
    /// - Parameter expected: what ``nextUpdateID(botID:)`` said when the update was asked for.
    /// - Returns: `false` if somebody else has handled updates since, perhaps this one.
    /// - Throws: `SQLError`.
    package func advance(botID: Int64, from expected: Int64?, past updateID: Int64) throws -> Bool {
        guard let expected else {
            return try transaction.execute(
                "INSERT INTO telegram_offsets (bot_id, next_update_id) VALUES (?1, ?2) ON CONFLICT (bot_id) DO NOTHING",
                [.integer(botID), .integer(updateID + 1)]) == 1
        }
        return try transaction.execute(
            "UPDATE telegram_offsets SET next_update_id = ?3 WHERE bot_id = ?1 AND next_update_id = ?2",
            [.integer(botID), .integer(expected), .integer(updateID + 1)]) == 1
    }
}
