import SQL
import Telegram

/// A chat as the phone shows it.
struct PhoneChat: Encodable, Sendable {
    struct Bot: Encodable, Sendable {
        let id: Int64
        let username: String
        let name: String
        let description: String
        let commands: [BotCommand]
        /// Whether it belongs to whoever holds the phone.
        let isMine: Bool
    }

    let bot: Bot
    /// Whether the person has written; before that the bot can't.
    let started: Bool
    let keyboard: ReplyKeyboard?
    let last: PhoneMessage?

    /// - Throws: `SQLError`.
    init(bot: StoredBot, person: StoredPerson, in transaction: any Transaction) throws {
        self.bot = Bot(
            id: bot.id, username: bot.username, name: bot.name, description: bot.description, commands: bot.commands,
            isMine: bot.ownerID == person.id)
        let chat = try ChatStore(transaction).find(personID: person.id, botID: bot.id)
        started = chat?.startedAt != nil
        keyboard = chat?.keyboard
        last = try MessageStore(transaction).last(personID: person.id, botID: bot.id).map(PhoneMessage.init)
    }

    /// - Returns: the person's chats, the newest first.
    /// - Throws: `SQLError`.
    static func list(_ person: StoredPerson, in transaction: any Transaction) throws -> [PhoneChat] {
        let bots = BotStore(transaction)
        return try ChatStore(transaction).list(personID: person.id)
            .compactMap { chat in try bots.find(id: chat.botID) }
            .map { try PhoneChat(bot: $0, person: person, in: transaction) }
            .sorted { ($0.last?.id ?? .max, $0.bot.id) > ($1.last?.id ?? .max, $1.bot.id) }
    }
}

struct PhoneMessage: Encodable, Sendable {
    let id: Int64
    /// Ask for what comes `after` the highest one that you have.
    let revision: Int64
    /// `person`, `bot`, or `service` for a note.
    let from: String
    let text: String
    let buttons: [[InlineButton]]?
    /// Milliseconds since 1970.
    let sentAt: Int64
    let edited: Bool
    let deleted: Bool

    init(_ message: StoredMessage) {
        id = message.id
        revision = message.revision
        from = message.sender.rawValue
        text = message.text
        buttons = message.buttons?.rows
        sentAt = message.sentAt
        edited = message.isEdited
        deleted = message.isDeleted
    }
}

struct PhoneConversation: Encodable, Sendable {
    let chat: PhoneChat
    let messages: [PhoneMessage]

    /// - Throws: `SQLError`.
    init(bot: StoredBot, person: StoredPerson, afterRevision revision: Int64, in transaction: any Transaction) throws {
        chat = try PhoneChat(bot: bot, person: person, in: transaction)
        messages = try MessageStore(transaction).list(personID: person.id, botID: bot.id, afterRevision: revision)
            .map(PhoneMessage.init)
    }
}
