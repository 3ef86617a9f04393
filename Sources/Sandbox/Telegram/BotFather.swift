import SQL
import Telegram

/// The bot that gives people bots of their own, and their tokens, as far as one needs it to connect an agent.
/// Where Telegram has inline buttons, which nothing here answers, it has those of a keyboard.
/// Source: https://core.telegram.org/bots/features#botfather
struct BotFather {
    static let id: Int64 = 93_372_553
    static var bot: StoredBot {
        StoredBot(
            id: id, username: "BotFather", token: NewBot.token(botID: id), name: "BotFather",
            description: "BotFather is the one bot to rule them all.")
    }

    private static let askName = "Alright, a new bot. How are we going to call it? Please choose a name for your bot."
    private static let askUsername = "Good. Now let's choose a username for your bot. It must end in `bot`."
    private static let askBot = "Choose a bot from the list below:"
    private static let askWhat = "What do you want to do with the bot?"
    private static let giveToken = "API Token"

    let person: StoredPerson
    let transaction: any Transaction
    /// Milliseconds since 1970.
    let now: Int64

    /// Answers what the person has just said. All that it remembers is the chat.
    /// - Throws: `SQLError`.
    func answer(_ text: String) throws {
        let earlier = try MessageStore(transaction).list(personID: person.id, botID: Self.id, afterRevision: 0).dropLast()
        let asked = earlier.last { $0.sender == .bot }?.text ?? ""
        switch text {
        case "/newbot": try say(try refusal ?? Self.askName)
        case "/mybots": try listBots()
        case Self.giveToken where asked.hasSuffix(Self.askWhat):
            guard let bot = try bot(named: asked) else { return try listBots() }
            try say("Here is the token for bot \(bot.name) @\(bot.username):\n\n\(bot.token)")
        case _ where asked == Self.askName: try say(Self.askUsername)
        case _ where asked.hasPrefix("Good.") || asked.hasPrefix("Sorry, this username"):
            try create(text, name: name(in: Array(earlier)))
        case _ where asked == Self.askBot:
            guard let bot = try bot(named: text) else { return try listBots() }
            try say(
                "Here it is: \(bot.name) @\(bot.username).\n\(Self.askWhat)", [[KeyboardButton(text: Self.giveToken)]])
        default:
            try say(
                "I can help you create and manage Telegram bots.\n\n/newbot - create a new bot\n/mybots - edit your bots")
        }
    }

    private var refusal: String? {
        get throws {
            guard try BotStore(transaction).count(ownerID: person.id) >= NewBot.mostBotsPerPerson else { return nil }
            return """
                That I cannot do.

                You come to me asking for more than \(NewBot.mostBotsPerPerson) bots. But you don't ask with respect. You don't \
                offer friendship. You don't even think to call me Botfather.
                """
        }
    }

    /// What the person answered when they were last asked for a name.
    private func name(in messages: [StoredMessage]) -> String {
        guard let asked = messages.lastIndex(where: { $0.text == Self.askName }) else { return "" }
        return messages[asked...].first { $0.sender == .person }?.text ?? ""
    }

    private func create(_ username: String, name: String) throws {
        do {
            let wanted = NewBot(name: name, username: username.drop { $0 == "@" }.description)
            let bot = try wanted.create(for: person, in: transaction, at: now, managerID: nil)
            try say(
                """
                Done! Congratulations on your new bot. You will find it at t.me/\(bot.username).

                Use this token to access the HTTP API:
                \(bot.token)
                Keep your token secure and store it safely, it can be used by anyone to control your bot.
                """)
        } catch let error as PhoneError {
            switch error.code {
            case "USERNAME_OCCUPIED":
                try say("Sorry, this username is already taken. Please try something different.")
            case "USERNAME_INVALID": try say("Sorry, this username is invalid.")
            default: try say(Self.askName)
            }
        }
    }

    private func listBots() throws {
        let bots = try BotStore(transaction).all(ownerID: person.id)
        guard !bots.isEmpty else { return try say("You have currently no bots") }
        try say(Self.askBot, bots.map { [KeyboardButton(text: "@" + $0.username)] })
    }

    /// - Parameter text: holds the bot's username behind an `@`.
    private func bot(named text: String) throws -> StoredBot? {
        guard let name = text.split(separator: "@").last?.prefix(while: { $0.isLetter || $0.isNumber || $0 == "_" }),
            let bot = try BotStore(transaction).find(username: String(name)), bot.ownerID == person.id
        else { return nil }
        return bot
    }

    private func say(_ text: String, _ keyboard: [[KeyboardButton]]? = nil) throws {
        try ChatStore(transaction).setKeyboard(keyboard.map { ReplyKeyboard($0) }, personID: person.id, botID: Self.id)
        _ = try MessageStore(transaction).append(text, from: .bot, personID: person.id, botID: Self.id, at: now)
    }
}
