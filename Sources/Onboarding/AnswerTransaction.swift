import Core
import Jobs
import SQL
import Store
import Telegram

/// The transaction in which the interview reacts: it reads the world, and writes replies, state, rows and jobs.
struct AnswerTransaction {
    let service: OnboardingService
    let work: UnitOfWork
    let customer: Customer
    let conversation: Conversation
    let checked: CheckedToken?
    let manager: TelegramUser?
    /// What a model has made of the conversation; counts only if nothing has changed since.
    var led: LedAnswer?

    func run() throws {
        let store = ConversationStore(work.transaction)
        var before = try InterviewState(json: conversation.state)
        if checked?.verdict == .refused, before.pasted?.sealed == checked?.sealed { before.pasted?.bot = nil }
        var unread = try store.messages(of: conversation, after: before.answered).filter { $0.role == .visitor }
        let world = try InterviewWorld(service: service, transaction: work.transaction, now: work.now, checked: checked)
            .read(customer, conversation, before, manager: manager)
        let isLed = led.map { $0.fits(conversation.state, unread, world) } ?? false
        // What was said since has a job of its own.
        if isLed, let led { unread.removeAll { $0.position > led.answered } }
        var events = unread.map { Interview.Event.said($0.text) }
        // A token that was pasted since the check has a job of its own.
        if let checked, before.pasted?.sealed == checked.sealed, before.pasted?.bot == nil {
            events.append(.checkedToken(checked.verdict))
        }
        var answer =
            (isLed ? led?.answer : nil) ?? service.interview.answer(before, to: events, in: world)
        answer.state.answered = unread.last?.position ?? before.answered
        var after = conversation
        for action in answer.actions { try perform(action, &answer.state, &after) }
        for reply in answer.replies {
            try store.append(to: conversation, role: .agent, text: reply.text, card: reply.card, now: work.now)
        }
        after.state = try answer.state.json()
        // Also takes away the words that were written meanwhile.
        if after != conversation || led != nil { try store.update(after) }
        if !answer.replies.isEmpty {
            work.changed(customer.id)
            try showOnTelegram(answer.replies, stays: after.telegramUserID != nil)
        }
        if answer.state.owesLink {
            try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: customer.id), after: .seconds(10))
        }
    }

    /// - Parameter stays: whether the account is still linked; one that isn't is told so nevertheless.
    private func showOnTelegram(_ replies: [Interview.Reply], stays: Bool) throws {
        guard let shown = conversation.onTelegram, let person = conversation.telegramUserID else { return }
        guard !stays else { return try work.enqueue(ShowOnTelegram(conversation)) }
        if let messageID = shown.messageID { try work.enqueue(EndButtons(chatID: person, messageID: messageID)) }
        for reply in replies {
            try work.enqueue(
                SendOnTelegram(
                    chatID: person, text: reply.text, replyMarkup: .removeKeyboard, customerID: customer.id))
        }
    }

    private func perform(
        _ action: Interview.Action, _ state: inout InterviewState, _ conversation: inout Conversation
    ) throws {
        switch action {
        case .saveBox: try saveBox(state)
        case .connectPastedBot(let pasted, let bot): try connect(pasted, bot)
        case .openCheckout(let tier): try openCheckout(tier)
        case .speak(let language):
            var changed = customer
            changed.language = language
            try CustomerStore(work.transaction).update(changed)
        case .forgetTelegramAccount:
            try CustomerStore(work.transaction).endAccessByTelegram(to: customer.id)
            (conversation.telegramUserID, conversation.telegramName) = (nil, nil)
            conversation.telegramCode = TelegramCode.random(at: work.now)
            try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: customer.id))
            guard var box = try BoxStore(work.transaction).current(customerID: customer.id), box.desired == .draft else {
                return
            }
            box.bot = nil
            try work.want(box)
        case .eraseEverything:
            try ConversationStore(work.transaction).eraseMessages(of: conversation)
            var fresh = InterviewState(language: state.language)
            fresh.answered = state.answered
            state = fresh
            (conversation.telegramUserID, conversation.telegramName) = (nil, nil)
            conversation.telegramCode = TelegramCode.random(at: work.now)
            guard var box = try BoxStore(work.transaction).current(customerID: customer.id), box.desired == .draft else {
                return
            }
            (box.agentName, box.purpose, box.bot, box.desired) = ("", "", nil, .deleted)
            try work.want(box)
        }
    }

    private func saveBox(_ state: InterviewState) throws {
        guard let purpose = state.brief, let name = state.agentName else { return }
        let boxes = BoxStore(work.transaction)
        guard var box = try boxes.current(customerID: customer.id) else {
            guard let tier = state.tier else { return }
            return try boxes.insert(
                Box(
                    id: work.ids.next(), customerID: customer.id, tier: tier, agentName: name, purpose: purpose,
                    language: state.language, createdAt: work.now))
        }
        if box.bot != nil, (box.purpose, box.agentName, box.language) != (purpose, name, state.language) {
            try work.enqueue(NameBot(box))
        }
        box.purpose = purpose
        box.agentName = name
        box.language = state.language
        // What was paid for is Stripe's to say.
        if box.desired == .draft, let tier = state.tier { box.tier = tier }
        try work.want(box)
    }

    private func connect(_ pasted: PastedToken, _ bot: BotIdentity) throws {
        guard var box = try BoxStore(work.transaction).current(customerID: customer.id),
            let owner = conversation.telegramUserID ?? box.bot?.ownerUserID
        else { return }
        let token = try service.vault.open(pasted.sealed, context: PastedToken.context(of: conversation.id))
        box.bot = Box.Bot(
            id: bot.id, username: bot.username, sealedToken: try service.vault.seal(token, context: box.botTokenContext),
            ownerUserID: owner)
        try work.want(box)
        try work.enqueue(NameBot(box))
    }

    private func openCheckout(_ tier: Tier) throws {
        guard let box = try BoxStore(work.transaction).current(customerID: customer.id) else { return }
        let checkout = Checkout(id: work.ids.next(), customerID: customer.id, boxID: box.id, tier: tier, createdAt: work.now)
        try BillingStore(work.transaction).insert(checkout)
        try work.enqueue(OpenCheckout(checkout))
    }
}
