import FoundationEssentials
package import Hummingbird
package import Logging
package import SQL
import Telegram

/// A stand-in for Telegram: the Bot API, and a page that plays the phone of whoever opens it.
///
/// It works offline: webhooks are accepted and keep a poller away as at Telegram, but nothing is delivered to them.
package struct TelegramSandbox: Sendable {
    package static let migration = Migration(
        number: 2, name: "telegram", sql: String(decoding: PackageResources.telegram_schema_sql, as: UTF8.self))

    private let state: TelegramState

    /// Puts the manager's row in place.
    /// - Parameters:
    ///   - database: migrated with ``migration``.
    ///   - publicURL: what this server is reached at, for the links it hands out.
    /// - Throws: `SQLError`; ``BadToken`` if the manager's token hasn't the shape of one.
    package init(database: any Database, publicURL: String, manager: TelegramManager, logger: Logger) async throws {
        try await self.init(database: database, publicURL: publicURL, manager: manager, logger: logger) {
            Int64(Date().timeIntervalSince1970 * 1000)
        }
    }

    /// Puts the manager's row in place.
    /// - Parameter now: milliseconds since 1970; the limits of what a bot may send go by it.
    /// - Throws: as the initialiser above.
    package init(
        database: any Database, publicURL: String, manager: TelegramManager, logger: Logger,
        now: @escaping @Sendable () -> Int64
    ) async throws {
        guard let id = TelegramToken.botID(of: manager.token) else { throw BadToken() }
        let bot = StoredBot(id: id, username: manager.username, token: manager.token, name: manager.name)
        let time = now()
        try await database.write { transaction in
            let bots = BotStore(transaction)
            if try bots.find(id: BotFather.id) == nil { try bots.insert(BotFather.bot, at: time) }
            if var known = try bots.find(id: id) {
                known.token = bot.token
                try bots.update(known)
            } else {
                try bots.insert(bot, at: time)
            }
        }
        state = TelegramState(
            database: database, publicURL: publicURL, logger: logger, now: now, managerID: manager.canManageBots ? id : nil)
    }

    /// Adds `/bot<token>/<method>`, `/phone` with what is under it, and `/t.me/…`.
    package func addRoutes(to router: Router<BasicRequestContext>) {
        BotAPI(state: state).addRoutes(to: router)
        PhoneAPI(state: state).addRoutes(to: router)
        PhonePages(state: state).addRoutes(to: router)
    }

    package struct BadToken: Error, CustomStringConvertible {
        package var description: String {
            "the manager bot's token must be <id>:<secret>, the secret with 35 characters or more"
        }
    }
}

/// The platform's own bot. It prints without its token.
package struct TelegramManager: Sendable, CustomStringConvertible, CustomReflectable {
    /// `<id>:<secret>`, the secret with at least 35 letters, digits, `_` and `-`.
    package let token: String
    /// Without the `@`.
    package let username: String
    package let name: String
    /// Whether it is switched to bot management.
    package let canManageBots: Bool

    package init(token: String, username: String, name: String, canManageBots: Bool = true) {
        self.canManageBots = canManageBots
        self.token = token
        self.username = username
        self.name = name
    }

    package var description: String { "TelegramManager(@\(username))" }
    package var customMirror: Mirror { Mirror(self, children: ["username": username, "name": name]) }
}

/// What all routes of this sandbox share.
struct TelegramState: Sendable {
    let database: any Database
    let publicURL: String
    let logger: Logger
    /// Milliseconds since 1970.
    let now: @Sendable () -> Int64
    /// The bot that may create bots for people, if there is one.
    let managerID: Int64?
    let pollers = BotPollers()
    let phones = PhoneEvents()
    let sendLimit = SendLimit()
    let queries = CallbackQueries()
}
