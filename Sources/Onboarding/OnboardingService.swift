package import Core
package import Jobs
package import Logging
import SQL
package import Store
package import Telegram

/// The chat that turns a visitor into the owner of an agent.
package struct OnboardingService: Sendable {
    /// In characters.
    package static let longestMessage = 4000
    /// Within 24 hours.
    static let mostMessages: Int64 = 500
    /// How many a visitor may send within ``window``, on the page and on Telegram.
    static let mostAtOnce = 20
    static let window = Duration.seconds(20)

    let queue: WorkQueue
    let plans: PlanTable
    let vault: Vault
    let manager: TelegramClient
    let managerBot: ManagerBot
    let publicURL: String
    let telegramLinkBase: String
    let makeBotClient: @Sendable (Secret) -> TelegramClient
    let contact: String?
    /// Whether agents hear voice notes here, on the plans that have them.
    let hearsVoiceNotes: Bool
    /// Whether agents search the web here, on the plans that have that.
    let searchesTheWeb: Bool
    /// The model that leads conversations; `nil`: the script does.
    let guide: GuideModel?
    let logger: Logger

    var interview: Interview { Interview(plans: plans) }

    /// - Parameters:
    ///   - manager: the platform's own bot, which creates bots for visitors.
    ///   - publicURL: the site's address, for those who find the manager on Telegram first.
    ///   - telegramLinkBase: what `/<bot>?start=<code>` is appended to: `https://t.me`, or the sandbox's phone.
    ///   - makeBotClient: a client for the bot with this token.
    ///   - contact: the e-mail address at which a person reads; `nil` if there is none.
    ///   - hearsVoiceNotes: whether somebody writes them down, for the plans that have that.
    ///   - searchesTheWeb: whether there is somebody to search with, for the plans that have that.
    package init(
        queue: WorkQueue, plans: PlanTable, vault: Vault, manager: TelegramClient, publicURL: String,
        telegramLinkBase: String, makeBotClient: @escaping @Sendable (Secret) -> TelegramClient, contact: String? = nil,
        hearsVoiceNotes: Bool = false, searchesTheWeb: Bool = false, guide: GuideModel? = nil, logger: Logger
    ) {
        self.queue = queue
        self.plans = plans
        self.vault = vault
        self.manager = manager
        managerBot = ManagerBot(client: manager)
        self.publicURL = publicURL
        self.telegramLinkBase = telegramLinkBase
        self.makeBotClient = makeBotClient
        self.contact = contact
        self.hearsVoiceNotes = hearsVoiceNotes
        self.searchesTheWeb = searchesTheWeb
        self.guide = guide
        self.logger = logger
    }

    package func register(in handlers: inout JobHandlers) {
        handlers.register(SendOnTelegram.self) { job, context in try await send(job, attempt: context.attempt) }
        handlers.register(ConnectManagedBot.self) { job, context in try await connect(job, attempt: context.attempt) }
        handlers.register(NameBot.self) { job, context in try await updateProfile(job, attempt: context.attempt) }
        handlers.register(SayHello.self) { job, _ in try await sayHello(job) }
        handlers.register(DeleteOnTelegram.self) { job, context in try await delete(job, attempt: context.attempt) }
        handlers.register(SendPageLink.self) { job, context in try await sendPageLink(job, attempt: context.attempt) }
        handlers.register(GreetEarly.self) { job, context in try await greetEarly(job, attempt: context.attempt) }
    }

    /// What answers visitors: for a worker of its own, as most of an answer's time is waiting for the model.
    package func registerAnswers(in handlers: inout JobHandlers) {
        handlers.register(AnswerVisitor.self) { job, context in try await answer(job, attempt: context.attempt) }
        handlers.register(ShowOnTelegram.self) { job, context in try await show(job, attempt: context.attempt) }
        handlers.register(EndButtons.self) { job, context in try await endButtons(job, attempt: context.attempt) }
    }

    /// The draft of the answer that is being written; empty if none is.
    /// - Throws: `SQLError`.
    package func draft(for customer: Customer) async throws -> String {
        let id = customer.id
        return try await queue.database.read { try ConversationStore($0).draft(customerID: id) }
    }

    /// The customer's conversation; it begins with a greeting if there is none yet.
    /// - Throws: `SQLError`.
    package func start(for customer: Customer) async throws -> Conversation {
        try await queue.write { work in try conversation(of: customer, chosen: nil, work) }
    }

    /// Takes in what the visitor said; the answer follows by itself. Tokens of bots are taken out before anything is stored.
    /// - Parameters:
    ///   - clientKey: chosen by the sender; the same message sent again with the same key counts once.
    ///   - chosen: the plan whose button led to the chat; counts where the conversation begins with this message.
    /// - Throws: ``DomainError`` with the code `message_empty`, `message_too_long`, `too_many_requests` or
    ///   `conversation_full`; `SQLError`.
    package func say(_ text: String, clientKey: String?, customer: Customer, chosen: Tier? = nil) async throws {
        let redaction = TokenRedaction(try Self.checked(text))
        // Checked outside the transaction, so that refused messages don't hold the write lock.
        try await queue.database.read { [now = queue.clock.now] transaction in
            let store = ConversationStore(transaction)
            if let conversation = try store.find(customerID: customer.id) { try Self.checkPace(conversation, store, now) }
        }
        try await queue.write { work in
            let conversation = try conversation(of: customer, chosen: chosen, work)
            guard try take(redaction, clientKey: clientKey, in: conversation, work), let shown = conversation.onTelegram
            else { return }
            // The conversation goes on where the visitor speaks.
            try ConversationStore(work.transaction).setShown(nil, of: conversation)
            if let messageID = shown.messageID, let person = conversation.telegramUserID {
                try work.enqueue(EndButtons(chatID: person, messageID: messageID))
            }
        }
    }

    /// Adds what a visitor said, and has it answered.
    /// - Returns: whether it is new.
    /// - Throws: ``DomainError`` with the code `too_many_requests` or `conversation_full`; `SQLError`.
    func take(
        _ redaction: TokenRedaction, clientKey: String?, in conversation: Conversation, _ work: UnitOfWork
    ) throws -> Bool {
        let store = ConversationStore(work.transaction)
        guard try store.messageCount(of: conversation, since: work.now - .hours(24)) < Self.mostMessages else {
            throw DomainError(
                .limited, code: "conversation_full",
                "This conversation has reached \(Self.mostMessages) messages within a day. It goes on tomorrow.")
        }
        try Self.checkPace(conversation, store, work.now)
        guard
            try store.append(to: conversation, role: .visitor, text: redaction.text, clientKey: clientKey, now: work.now)
        else { return false }
        var changed = conversation
        if conversation.telegramUserID == nil, TelegramCode.hasEnded(conversation.telegramCode, at: work.now) {
            changed.telegramCode = TelegramCode.random(at: work.now)
        }
        if let token = redaction.token {
            var state = try InterviewState(json: conversation.state)
            state.pasted = PastedToken(
                sealed: try vault.seal(token, context: PastedToken.context(of: conversation.id)), bot: nil)
            changed.state = try state.json()
        }
        if changed != conversation { try store.update(changed) }
        try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: conversation.customerID))
        work.changed(conversation.customerID)
        return true
    }

    private static func checkPace(_ conversation: Conversation, _ store: ConversationStore, _ now: Timestamp) throws {
        guard let before = try store.saidAt(lastBut: mostAtOnce - 1, in: conversation), now - before < window else { return }
        let rest = (window - (now - before)).milliseconds
        throw DomainError(
            .limited, code: "too_many_requests", "You write faster than we read. Wait a moment and go on.",
            retryAfter: Int(rest + 999) / 1000)
    }

    /// The messages after a position, oldest first. Where there is no conversation yet, those that it will begin with.
    /// - Parameter chosen: see ``say(_:clientKey:customer:chosen:)``.
    /// - Throws: `SQLError`.
    package func messages(
        for customer: Customer?, language: Language, after position: Int64, chosen: Tier? = nil
    ) async throws -> [ChatMessage] {
        let stored = try await queue.database.read { transaction -> [ChatMessage]? in
            let store = ConversationStore(transaction)
            guard let customer, let conversation = try store.find(customerID: customer.id) else { return nil }
            return try store.messages(of: conversation, after: position)
        }
        return stored ?? greeting(in: language, chosen: chosen).filter { $0.position > position }
    }

    private func greeting(in language: Language, chosen: Tier?) -> [ChatMessage] {
        let now = queue.clock.now
        return interview.begin(in: language, chosen: chosen).replies.enumerated().map { index, reply in
            ChatMessage(position: Int64(index) + 1, role: .agent, text: reply.text, card: reply.card, createdAt: now)
        }
    }

    /// What may be said, without blanks around it.
    /// - Throws: ``DomainError`` with the code `message_empty` or `message_too_long`.
    package static func checked(_ text: String) throws(DomainError) -> String {
        var text = text[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        // PostgreSQL's text can't hold U+0000.
        text = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\0" }))[...]
        guard !text.isEmpty else {
            throw DomainError(.invalid, code: "message_empty", "The message is empty. Write something first.")
        }
        // Unicode allows any number of marks on one character, so the scalars are limited too.
        guard text.count <= longestMessage, text.unicodeScalars.count <= 4 * longestMessage else {
            throw DomainError(
                .invalid, code: "message_too_long", "A message may have at most \(longestMessage) characters. Shorten it.")
        }
        return String(text)
    }

    private func conversation(of customer: Customer, chosen: Tier?, _ work: UnitOfWork) throws -> Conversation {
        let store = ConversationStore(work.transaction)
        if let conversation = try store.find(customerID: customer.id) { return conversation }
        let beginning = interview.begin(in: customer.language, chosen: chosen)
        let conversation = Conversation(
            id: work.ids.next(), customerID: customer.id, state: try beginning.state.json(),
            telegramCode: TelegramCode.random(at: work.now), createdAt: work.now)
        try store.insert(conversation)
        for reply in beginning.replies {
            try store.append(to: conversation, role: .agent, text: reply.text, card: reply.card, now: work.now)
        }
        work.changed(customer.id)
        return conversation
    }
}
