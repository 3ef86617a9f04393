import SQL
import Telegram

extension BotAPI {
    func getManagedBotToken(_ manager: StoredBot, _ parameters: BotAPIParameters) async throws -> String {
        let id = try parameters.requiredInteger("user_id")
        return try await state.database.read { try managedBot(id, of: manager, in: $0).token }
    }

    /// The old token is worth nothing from here on, and who polls with it is sent away.
    func replaceManagedBotToken(_ manager: StoredBot, _ parameters: BotAPIParameters) async throws -> String {
        let id = try parameters.requiredInteger("user_id")
        let token = NewBot.token(botID: id)
        try await state.database.write { transaction in
            var bot = try managedBot(id, of: manager, in: transaction)
            bot.token = token
            try BotStore(transaction).update(bot)
            if let owner = try bot.ownerID.flatMap({ try PersonStore(transaction).find(id: $0) }) {
                try UpdateStore(transaction).append(ManagedBotUpdated(user: owner.wire, bot: bot.wire()), for: manager)
            }
        }
        await state.pollers.supersede(botID: id)
        await state.pollers.wake(botID: manager.id)
        return token
    }

    func setManagedBotAccessSettings(_ manager: StoredBot, _ parameters: BotAPIParameters) async throws -> Bool {
        let id = try parameters.requiredInteger("user_id")
        let isRestricted = try parameters.flag("is_access_restricted")
        let added = try parameters.decoded([Int64].self, "added_user_ids") ?? []
        guard added.count <= 10 else { throw BotAPIError.badRequest("too many users specified") }
        try await state.database.write { transaction in
            var bot = try managedBot(id, of: manager, in: transaction)
            bot.accessUserIDs = isRestricted ? added : nil
            try BotStore(transaction).update(bot)
        }
        return true
    }
}

/// - Throws: ``BotAPIError`` 400 if the bot isn't one of this manager's; `SQLError`.
private func managedBot(_ id: Int64, of manager: StoredBot, in transaction: any Transaction) throws -> StoredBot {
    guard let bot = try BotStore(transaction).find(id: id), bot.managerID == manager.id else {
        throw BotAPIError.badRequest("bot not found")
    }
    return bot
}
