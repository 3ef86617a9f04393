import Core
import Jobs
import SQL
import Store
import Telegram

/// The set-up chat with somebody on Telegram: what they write and press becomes messages of their conversation, and the guide
/// answers it as on the page.
struct TelegramTalk {
    let service: OnboardingService
    let work: UnitOfWork
    let person: TelegramUser
    let texts: TelegramTexts

    private var store: ConversationStore { ConversationStore(work.transaction) }

    /// - Parameter found: the conversation that the account came with last; `nil` begins one.
    func hear(_ message: TelegramMessage, in found: Conversation?) throws {
        guard let text = message.text else { return try say(texts.onlyWords, found) }
        let said: String
        do {
            said = try OnboardingService.checked(text)
        } catch {
            let isLong = error.code == "message_too_long"
            return try say(isLong ? texts.tooLong(limit: OnboardingService.longestMessage) : texts.onlyWords, found)
        }
        if TokenRedaction(said).token != nil {
            try work.enqueue(DeleteOnTelegram(chatID: person.id, messageID: message.messageID))
        }
        guard let found else { return try begin(with: said, message) }
        if SendPageLink.isWanted(said) {
            return try work.enqueue(SendPageLink(chatID: person.id, customerID: found.customerID))
        }
        try come(to: found)
        try take(said, key: "telegram-\(message.messageID)", in: found)
    }

    /// Takes the answer that stands on a button, as long as it is a button of the last thing that was said.
    /// - Parameter conversations: the account's.
    func press(_ query: TelegramUpdate.CallbackQuery, among conversations: [Conversation]) throws {
        let messageID = query.message?.messageID
        guard let button = query.data.flatMap(PressedButton.init),
            let conversation = conversations.first(where: { $0.id == button.conversationID }),
            let choice = try choice(button, conversation)
        else {
            return try work.enqueue(
                EndButtons(chatID: person.id, messageID: messageID, queryID: query.id, note: texts.goneButton))
        }
        try work.enqueue(EndButtons(chatID: person.id, messageID: messageID, queryID: query.id))
        try come(to: conversation)
        // The same key as on the page: one of the answers counts, once.
        try take(choice, key: "answer-\(button.position)", in: conversation)
    }

    private func choice(_ button: PressedButton, _ conversation: Conversation) throws -> String? {
        let messages = try store.messages(of: conversation, after: button.position - 1)
        guard let last = messages.last(where: { $0.role == .agent }), last.position == button.position else { return nil }
        let choices: [String] =
            switch last.card {
            case .choices(let list): list
            case .plans: service.plans.all.map(\.name)
            default: []
            }
        return choices.indices.contains(button.index) ? choices[button.index] : nil
    }

    /// The first message makes somebody a customer, as on the page.
    private func begin(with said: String, _ message: TelegramMessage) throws {
        let customer = Customer(id: work.ids.next(), language: texts.language, createdAt: work.now)
        try CustomerStore(work.transaction).insert(customer)
        let beginning = service.interview.beginOnTelegram(in: texts.language)
        let isStart = said == "/start"
        let isGreeting = isStart || Command(Utterance(said)) == .greeting
        var state = beginning.state
        if isGreeting, !isStart { state.answered = 1 }
        // A greeting is greeted back; anything more is answered at once.
        let shown = ShownOnTelegram(position: isGreeting ? 0 : Int64(beginning.replies.count))
        let conversation = Conversation(
            id: work.ids.next(), customerID: customer.id, state: try state.json(),
            telegramCode: TelegramCode.random(at: work.now), telegramUserID: person.id, telegramName: person.shownName,
            onTelegram: shown, createdAt: work.now)
        try store.insert(conversation)
        let key = "telegram-\(message.messageID)"
        if isGreeting, !isStart {
            try store.append(to: conversation, role: .visitor, text: said, clientKey: key, now: work.now)
        }
        for reply in beginning.replies {
            try store.append(to: conversation, role: .agent, text: reply.text, card: reply.card, now: work.now)
        }
        if isGreeting { try work.enqueue(ShowOnTelegram(conversation)) } else { try take(said, key: key, in: conversation) }
    }

    /// From now on the conversation is shown here, and what the account writes belongs to it.
    private func come(to conversation: Conversation) throws {
        try store.come(to: conversation, now: work.now)
        if conversation.onTelegram == nil {
            try store.setShown(ShownOnTelegram(position: try store.lastPosition(of: conversation)), of: conversation)
        }
    }

    private func take(_ said: String, key: String, in conversation: Conversation) throws {
        do {
            _ = try service.take(TokenRedaction(said), clientKey: key, in: conversation, work)
        } catch let error as DomainError where error.kind == .limited {
            let phrase = error.code == "conversation_full" ? Phrase.enoughForToday : .tooFast
            let words = phrase.text(after: 0, in: texts.language)
            guard
                try store.messages(of: conversation, after: try store.lastPosition(of: conversation) - 1).last?.text
                    != words
            else { return }
            try store.append(to: conversation, role: .agent, text: words, now: work.now)
            try work.enqueue(ShowOnTelegram(conversation))
        }
    }

    private func say(_ text: String, _ conversation: Conversation?) throws {
        try work.enqueue(
            SendOnTelegram(chatID: person.id, text: text, replyMarkup: nil, customerID: conversation?.customerID))
    }
}

extension TelegramUser {
    /// `Ana (@ana)`.
    var shownName: String {
        let name = String(firstName.filter { !$0.isNewline }.prefix(40))
        return username.map { "\(name) (@\($0))" } ?? name
    }
}
