import SQL
import ServiceLifecycle
import Telegram

extension BotAPI {
    private static let longestPoll: Int64 = 50

    func getUpdates(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> [TelegramUpdate] {
        guard bot.webhookURL == nil else {
            throw BotAPIError.conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
        }
        let limit = min(max(try parameters.integer("limit") ?? 100, 1), 100)
        let timeout = min(max(try parameters.integer("timeout") ?? 0, 0), Self.longestPoll)
        let allowed = try parameters.decoded([String].self, "allowed_updates")
        if let offset = try parameters.integer("offset") {
            try await state.database.write { try UpdateStore($0).confirm(botID: bot.id, offset: offset) }
        }
        if let allowed, allowed != bot.allowedUpdates {
            try await change(bot) { $0.allowedUpdates = allowed }
        }
        let poll = await state.pollers.begin(botID: bot.id)
        do {
            let updates = try await wait(poll, botID: bot.id, limit: limit, timeout: timeout)
            await state.pollers.end(poll, botID: bot.id)
            return updates
        } catch {
            await state.pollers.end(poll, botID: bot.id)
            throw error
        }
    }

    private func wait(
        _ poll: BotPollers.Poll, botID: Int64, limit: Int64, timeout: Int64
    ) async throws -> [TelegramUpdate] {
        async let _: Void = poll.expire(after: timeout)
        var signals = poll.signals.cancelOnGracefulShutdown().makeAsyncIterator()
        while true {
            let updates = try await state.database.read { try UpdateStore($0).pending(botID: botID, limit: limit) }
            if !updates.isEmpty || timeout == 0 { return updates }
            switch await signals.next() {
            case .news: continue
            case .superseded:
                throw BotAPIError.conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running")
            case .timedOut, nil: return []
            }
        }
    }

    func setWebhook(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> Bool {
        guard let url = parameters.text("url"), !url.isEmpty else { return try await deleteWebhook(bot, parameters) }
        guard url.lowercased().hasPrefix("https://") else {
            throw BotAPIError.badRequest("bad webhook: An HTTPS URL must be provided for webhook")
        }
        let allowed = try parameters.decoded([String].self, "allowed_updates")
        let drops = try parameters.flag("drop_pending_updates")
        try await change(bot, forgettingUpdates: drops) {
            $0.webhookURL = url
            if let allowed { $0.allowedUpdates = allowed }
        }
        await state.pollers.supersede(botID: bot.id)
        return true
    }

    func deleteWebhook(_ bot: StoredBot, _ parameters: BotAPIParameters) async throws -> Bool {
        try await change(bot, forgettingUpdates: try parameters.flag("drop_pending_updates")) { $0.webhookURL = nil }
        return true
    }

    func getWebhookInfo(_ bot: StoredBot) async throws -> WebhookInfo {
        WebhookInfo(
            url: bot.webhookURL ?? "",
            pendingUpdateCount: try await state.database.read { try UpdateStore($0).count(botID: bot.id) })
    }

    /// Changes the bot as it stands in the database now, not as it was when the request came.
    func change(
        _ bot: StoredBot, forgettingUpdates: Bool = false, _ body: @escaping @Sendable (inout StoredBot) -> Void
    ) async throws {
        try await state.database.write { transaction in
            let bots = BotStore(transaction)
            guard var current = try bots.find(id: bot.id) else { throw BotAPIError.unauthorized }
            body(&current)
            try bots.update(current)
            if forgettingUpdates { try UpdateStore(transaction).forgetAll(botID: bot.id) }
        }
    }
}

/// Source: https://core.telegram.org/bots/api#webhookinfo
struct WebhookInfo: Encodable, Sendable {
    let url: String
    let hasCustomCertificate = false
    let pendingUpdateCount: Int64

    enum CodingKeys: String, CodingKey {
        case url
        case hasCustomCertificate = "has_custom_certificate"
        case pendingUpdateCount = "pending_update_count"
    }
}
