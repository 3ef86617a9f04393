import SQL
import Telegram

/// A bot as its row holds it.
struct StoredBot: Sendable {
    let id: Int64
    let username: String
    var token: String
    /// Who created it; the manager itself belongs to nobody.
    var ownerID: Int64?
    var managerID: Int64?
    var name: String
    var description = ""
    var shortDescription = ""
    var commands: [BotCommand] = []
    /// Kinds of updates that the bot wants; none means all.
    var allowedUpdates: [String] = []
    /// Who may talk to the bot beside its owner; `nil` means everybody may.
    var accessUserIDs: [Int64]?
    var webhookURL: String?

    func admits(_ personID: Int64) -> Bool {
        accessUserIDs.map { personID == ownerID || $0.contains(personID) } ?? true
    }

    /// - Parameter canManageBots: only `getMe` says so.
    func wire(canManageBots: Bool? = nil) -> TelegramUser {
        TelegramUser(id: id, isBot: true, firstName: name, username: username, canManageBots: canManageBots)
    }
}

/// The bots. All methods throw `SQLError`.
struct BotStore {
    private let transaction: any Transaction

    init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    func find(token: String) throws -> StoredBot? {
        try transaction.first("SELECT * FROM telegram_bots WHERE token = ?1", [.text(token)]).map(StoredBot.init(row:))
    }

    func find(id: Int64) throws -> StoredBot? {
        try transaction.first("SELECT * FROM telegram_bots WHERE id = ?1", [.integer(id)]).map(StoredBot.init(row:))
    }

    /// Usernames don't tell upper from lower case.
    func find(username: String) throws -> StoredBot? {
        try transaction.first(
            "SELECT * FROM telegram_bots WHERE username_key = ?1", [.text(username.lowercased())]
        ).map(StoredBot.init(row:))
    }

    func count(ownerID: Int64) throws -> Int64 {
        try transaction.first(
            "SELECT count(*) AS bots FROM telegram_bots WHERE owner_id = ?1", [.integer(ownerID)]
        )?.integer("bots") ?? 0
    }

    /// - Returns: somebody's bots, the oldest first.
    func all(ownerID: Int64) throws -> [StoredBot] {
        try transaction.query(
            "SELECT * FROM telegram_bots WHERE owner_id = ?1 ORDER BY created_at, id", [.integer(ownerID)]
        ).map(StoredBot.init(row:))
    }

    func insert(_ bot: StoredBot, at now: Int64) throws {
        try transaction.execute(
            """
            INSERT INTO telegram_bots (id, username, username_key, token, owner_id, manager_id, name, description,
                short_description, commands, allowed_updates, access_user_ids, webhook_url, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """,
            [
                .integer(bot.id), .text(bot.username), .text(bot.username.lowercased()), .text(bot.token),
                SQLValue(bot.ownerID), SQLValue(bot.managerID), .text(bot.name), .text(bot.description),
                .text(bot.shortDescription), .text(try JSONText.encode(bot.commands)),
                .text(try JSONText.encode(bot.allowedUpdates)), SQLValue(try bot.accessUserIDs.map(JSONText.encode)),
                SQLValue(bot.webhookURL), .integer(now),
            ])
    }

    func update(_ bot: StoredBot) throws {
        try transaction.execute(
            """
            UPDATE telegram_bots SET token = ?2, name = ?3, description = ?4, short_description = ?5, commands = ?6,
                allowed_updates = ?7, access_user_ids = ?8, webhook_url = ?9
            WHERE id = ?1
            """,
            [
                .integer(bot.id), .text(bot.token), .text(bot.name), .text(bot.description), .text(bot.shortDescription),
                .text(try JSONText.encode(bot.commands)), .text(try JSONText.encode(bot.allowedUpdates)),
                SQLValue(try bot.accessUserIDs.map(JSONText.encode)), SQLValue(bot.webhookURL),
            ])
    }

    /// - Returns: an id that no person and no bot has.
    func unusedID() throws -> Int64 {
        while true {
            let id = Int64.random(in: 1_000_000_000...8_999_999_999)
            let taken = try transaction.first(
                "SELECT id FROM telegram_bots WHERE id = ?1 UNION ALL SELECT id FROM telegram_people WHERE id = ?1",
                [.integer(id)])
            if taken == nil { return id }
        }
    }
}

extension StoredBot {
    init(row: Row) throws {
        id = try row.integer("id")
        username = try row.text("username")
        token = try row.text("token")
        ownerID = try row.optionalInteger("owner_id")
        managerID = try row.optionalInteger("manager_id")
        name = try row.text("name")
        description = try row.text("description")
        shortDescription = try row.text("short_description")
        commands = try JSONText.decode([BotCommand].self, from: row.text("commands"))
        allowedUpdates = try JSONText.decode([String].self, from: row.text("allowed_updates"))
        accessUserIDs = try row.optionalText("access_user_ids").map { try JSONText.decode([Int64].self, from: $0) }
        webhookURL = try row.optionalText("webhook_url")
    }
}
