import Core
import Jobs
import SQL
import Store
import Telegram

/// What one update for the manager bot changes. It talks to nobody: replies and calls are jobs, in the same transaction.
struct UpdateReception {
    let service: OnboardingService
    let work: UnitOfWork
    /// Whether Telegram lets the manager create bots.
    var canCreateBots = true

    func receive(_ update: TelegramUpdate) throws {
        if let managed = update.managedBot {
            // A message tells of a new bot as well; whoever can't be given it is answered there, and only once.
            _ = try botAppeared(managed.bot, owner: managed.user)
        } else if let message = update.message, message.chat.type == "private", let person = message.from, !person.isBot {
            if let created = message.managedBotCreated {
                switch try botAppeared(created.bot, owner: person) {
                case .taken: break
                case .nobodys: try say(texts(person).stranger(), to: person)
                case .unclear: try say(texts(person).whichAgent(), to: person)
                }
            } else if let code = Self.startCode(in: message.text) {
                try follow(code, person)
            } else if let code = message.text.flatMap(TelegramCode.typed),
                try ConversationStore(work.transaction).find(telegramCode: code) != nil
            {
                try follow(code, person)
            } else if let text = message.text, TelegramTexts.isRefusal(text),
                let (box, conversation) = try lackingBot(person), conversation.onTelegram == nil
            {
                try explainOwnBot(box, conversation, to: person)
            } else {
                try talk(message, person)
            }
        } else if let query = update.callbackQuery, !query.from.isBot {
            let found = try candidates(query.from.id)
            try talk(with: query.from, in: found.first?.conversation)
                .press(query, among: found.map(\.conversation))
        }
    }

    // MARK: Messages

    /// Ties the account to the conversation with this code, as long as that lives; the first account that comes keeps it.
    private func follow(_ code: String, _ person: TelegramUser) throws {
        let store = ConversationStore(work.transaction)
        guard var conversation = try store.find(telegramCode: code),
            conversation.telegramUserID == person.id || !TelegramCode.hasEnded(code, at: work.now)
        else {
            return try say(texts(person).unknownCode(), to: person)
        }
        if let owner = conversation.telegramUserID {
            guard owner == person.id else { return try say(texts(person).linkedToSomeoneElse(), to: person) }
        } else {
            conversation.telegramUserID = person.id
            conversation.telegramName = person.shownName
            try store.update(conversation)
            try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: conversation.customerID))
            work.changed(conversation.customerID)
        }
        // What they write from now on belongs to this one.
        try store.come(to: conversation, now: work.now)
        try showWay(in: conversation, to: person)
    }

    /// Goes on with the conversation that the account came with last. Whoever has an agent is led to it, and whoever has just
    /// come from the page to the next button.
    private func talk(_ message: TelegramMessage, _ person: TelegramUser) throws {
        let current = try candidates(person.id).first
        if let current,
            current.box.map({ $0.desired != .draft }) ?? false
                || current.conversation.onTelegram == nil && message.text == "/start"
        {
            return try showWay(in: current.conversation, to: person)
        }
        try talk(with: person, in: current?.conversation).hear(message, in: current?.conversation)
    }

    private func talk(with person: TelegramUser, in conversation: Conversation?) -> TelegramTalk {
        let language = conversation.flatMap { try? InterviewState(json: $0.state).language } ?? Self.language(person)
        return TelegramTalk(
            service: service, work: work, person: person,
            texts: TelegramTexts(language: language, publicURL: service.publicURL))
    }

    /// Says what comes next for this agent.
    private func showWay(in conversation: Conversation, to person: TelegramUser) throws {
        let box = try BoxStore(work.transaction).current(customerID: conversation.customerID)
        let state = try? InterviewState(json: conversation.state)
        let texts = TelegramTexts(
            language: state?.language ?? box?.language ?? Self.language(person), publicURL: service.publicURL)
        guard let box, state?.pasted?.bot == nil || box.bot != nil else {
            return try say(texts.linked(), to: person, conversation.customerID)
        }
        if let bot = box.bot {
            return try say(
                texts.connectedAlready(agentName: box.agentName, botUsername: bot.username), to: person,
                conversation.customerID)
        }
        guard canCreateBots else { return try say(texts.ownBot(isAtLimit: false), to: person, conversation.customerID) }
        try say(
            texts.createBot(agentName: box.agentName), to: person, conversation.customerID,
            markup: .createBot(box, conversation, texts))
    }

    /// The person's agent that has answers but no bot.
    private func lackingBot(_ person: TelegramUser) throws -> (Box, Conversation)? {
        try candidates(person.id).lazy.compactMap { conversation, box in
            box.flatMap { $0.bot == nil ? ($0, conversation) : nil }
        }.first
    }

    /// Telegram tells only the person that it creates no bot for them: they pass it on, here or in the chat on the page.
    private func explainOwnBot(_ box: Box, _ conversation: Conversation, to person: TelegramUser) throws {
        var (changed, state) = (conversation, try InterviewState(json: conversation.state))
        (state.makesOwnBot, state.owesOwnBot) = (true, true)
        changed.state = try state.json()
        try ConversationStore(work.transaction).update(changed)
        try work.enqueue(AnswerVisitor(conversationID: changed.id, customerID: changed.customerID))
        let texts = TelegramTexts(language: state.language, publicURL: service.publicURL)
        // The button stays: they may delete a bot and press it again.
        try say(
            texts.ownBot(isAtLimit: canCreateBots), to: person, changed.customerID,
            markup: canCreateBots ? .createBot(box, conversation, texts) : nil)
    }

    // MARK: Bots

    private enum Appearance { case taken, nobodys, unclear }

    /// A bot belongs to the button that made it: the suggested username ends with a part of the conversation's id. Whoever has
    /// changed it, and has only one agent without a bot, means that one; otherwise nobody guesses.
    private func botAppeared(_ bot: TelegramUser, owner: TelegramUser) throws -> Appearance {
        let candidates = try candidates(owner.id)
        let open = candidates.filter { $0.box != nil && ($0.box?.bot == nil || $0.box?.desired == .draft) }
        let made = open.filter {
            bot.username?.lowercased().hasSuffix(RequestManagedBot.ending(seed: $0.conversation.id.body)) ?? false
        }
        let lacking = open.filter { $0.box?.bot == nil }
        let chosen =
            candidates.first { $0.box?.bot?.id == bot.id } ?? made.first ?? (lacking.count == 1 ? lacking.first : nil)
            ?? (open.count == 1 ? open.first : nil)
        guard let chosen else { return open.isEmpty ? .nobodys : .unclear }
        try work.enqueue(
            ConnectManagedBot(botID: bot.id, ownerUserID: owner.id, customerID: chosen.conversation.customerID))
        return .taken
    }

    private func candidates(_ userID: Int64) throws -> [(conversation: Conversation, box: Box?)] {
        try ConversationStore(work.transaction).all(telegramUserID: userID).map { conversation in
            (conversation, try BoxStore(work.transaction).current(customerID: conversation.customerID))
        }
    }

    private func say(
        _ text: String, to person: TelegramUser, _ customerID: Customer.ID? = nil, markup: ReplyMarkup? = nil
    ) throws {
        try work.enqueue(SendOnTelegram(chatID: person.id, text: text, replyMarkup: markup, customerID: customerID))
    }

    private func texts(_ person: TelegramUser) -> TelegramTexts {
        TelegramTexts(language: Self.language(person), publicURL: service.publicURL)
    }

    private static func language(_ person: TelegramUser) -> Language {
        Language(acceptLanguage: person.languageCode ?? "")
    }

    /// The payload in `/start <payload>`; Telegram leaves it out where the chat had been opened before (https://core.telegram.org/bots/features#deep-linking).
    private static func startCode(in text: String?) -> String? {
        let words = (text ?? "").split(separator: " ")
        guard words.count == 2, words[0] == "/start", (1...64).contains(words[1].utf8.count) else { return nil }
        return String(words[1])
    }
}
