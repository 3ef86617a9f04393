import HTTPTypes
import SQL
import Telegram

/// What a person asks for when they create a bot. The members have the names that ``PhoneAPI`` takes.
struct NewBot: Decodable, Sendable {
    /// Telegram refuses more. Source: https://core.telegram.org/bots/features#botfather
    static let mostBotsPerPerson: Int64 = 20

    /// The username of the bot that shall manage the new one; `nil` creates one that its owner manages alone.
    var manager: String?
    /// Which button asked for it, if one did.
    var requestID: Int64?
    var name: String
    var username: String

    enum CodingKeys: String, CodingKey {
        case manager, name, username
        case requestID = "request_id"
    }

    /// - Returns: a token that can't be guessed.
    static func token(botID: Int64) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
        return "\(botID):AA" + String((0..<33).map { _ in letters[Int.random(in: 0..<letters.count)] })
    }

    /// Creates the bot, and tells the manager in the same transaction. Asked again for a bot that this person has already
    /// created with this manager, it returns that one: the first answer may have been lost on the way.
    /// - Parameter managerID: the bot that may create bots for people; `nil` if none may.
    /// - Throws: ``PhoneError``, `SQLError`.
    func create(
        for person: StoredPerson, in transaction: any Transaction, at now: Int64, managerID: Int64?
    ) throws -> StoredBot {
        try check()
        let bots = BotStore(transaction)
        let manager = try findManager(bots, managerID)
        if let taken = try bots.find(username: username) {
            if taken.ownerID == person.id, taken.managerID == manager?.id { return taken }
            throw PhoneError(
                status: .conflict, code: "USERNAME_OCCUPIED", message: "This username is taken.",
                suggestion: try freeUsername(bots))
        }
        guard try bots.count(ownerID: person.id) < Self.mostBotsPerPerson else {
            throw PhoneError(
                status: .badRequest, code: "BOT_CREATE_LIMIT_EXCEEDED",
                message: "You have \(Self.mostBotsPerPerson) bots, and nobody may have more.")
        }
        let id = try bots.unusedID()
        let bot = StoredBot(
            id: id, username: username, token: Self.token(botID: id), ownerID: person.id, managerID: manager?.id,
            name: name.trimmed)
        try bots.insert(bot, at: now)
        try ChatStore(transaction).open(personID: person.id, botID: id)
        if let manager { try tell(manager, of: bot, person: person, in: transaction, at: now) }
        return bot
    }

    private func check() throws {
        guard (1...64).contains(name.trimmed.count) else {
            throw PhoneError(code: "NAME_INVALID", message: "A bot's name has 1 to 64 characters.")
        }
        let isWord = username.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
        }
        guard isWord, (5...32).contains(username.count), username.first?.isLetter == true,
            username.lowercased().hasSuffix("bot")
        else {
            throw PhoneError(
                code: "USERNAME_INVALID",
                message:
                    "A bot's username has 5 to 32 letters, digits and underscores, begins with a letter and ends in “bot”.")
        }
    }

    private func findManager(_ bots: BotStore, _ managerID: Int64?) throws -> StoredBot? {
        guard let manager else { return nil }
        guard let bot = try bots.find(username: manager), bot.id == managerID else {
            throw PhoneError(code: "MANAGER_INVALID", message: "@\(manager) doesn't manage bots.")
        }
        return bot
    }

    private func freeUsername(_ bots: BotStore) throws -> String? {
        let ending = username.lowercased().hasSuffix("_bot") ? 4 : 3
        let stem = username.dropLast(ending).prefix(24)
        for number in 2...99 {
            let candidate = "\(stem)\(number)\(username.suffix(ending))"
            if try bots.find(username: candidate) == nil { return candidate }
        }
        return nil
    }

    private func tell(
        _ manager: StoredBot, of bot: StoredBot, person: StoredPerson, in transaction: any Transaction, at now: Int64
    ) throws {
        let chats = ChatStore(transaction)
        if let requestID {
            let keyboard = try chats.find(personID: person.id, botID: manager.id)?.keyboard
            let asked = keyboard?.keyboard.joined().contains { $0.requestManagedBot?.requestID == requestID } ?? false
            guard asked else {
                throw PhoneError(code: "REQUEST_INVALID", message: "The button that asked for this bot is gone.")
            }
            if keyboard?.oneTimeKeyboard == true {
                try chats.setKeyboard(nil, personID: person.id, botID: manager.id)
            }
        }
        try chats.start(personID: person.id, botID: manager.id, at: now)
        let note = try MessageStore(transaction).append(
            "\(bot.name) (@\(bot.username))", from: .service, personID: person.id, botID: manager.id, at: now,
            createdBotID: bot.id)
        let updates = UpdateStore(transaction)
        try updates.append(ManagedBotUpdated(user: person.wire, bot: bot.wire()), for: manager)
        try updates.append(note.wire(bot: manager, person: person, createdBot: bot), for: manager)
    }
}
