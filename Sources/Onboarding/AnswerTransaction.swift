import Core
import Jobs
import SQL
import Store

/// The transaction in which the interview reacts: it reads the world, and writes replies, state, rows and jobs.
struct AnswerTransaction {
    let service: OnboardingService
    let work: UnitOfWork
    let customer: Customer
    let conversation: Conversation
    let checked: CheckedToken?
    let managerUsername: String?

    func run() throws {
        let store = ConversationStore(work.transaction)
        var before = try InterviewState(json: conversation.state)
        let unread = try store.messages(of: conversation, after: before.answered).filter { $0.role == .visitor }
        var events = unread.map { Interview.Event.said($0.text) }
        // A token that was pasted since the check has a job of its own.
        if checked?.verdict == .refused, before.pasted?.sealed == checked?.sealed { before.pasted?.bot = nil }
        if let checked, before.pasted?.sealed == checked.sealed, before.pasted?.bot == nil {
            events.append(.checkedToken(checked.verdict))
        }
        var answer = service.interview.answer(before, to: events, in: try world(of: before))
        answer.state.answered = unread.last?.position ?? before.answered
        for action in answer.actions { try perform(action, answer.state) }
        for reply in answer.replies {
            try store.append(to: conversation, role: .agent, text: reply.text, card: reply.card, now: work.now)
        }
        var after = conversation
        after.state = try answer.state.json()
        if after.state != conversation.state { try store.update(after) }
        if !answer.replies.isEmpty { work.changed(customer.id) }
        if answer.state.owesLink {
            try work.enqueue(AnswerVisitor(conversationID: conversation.id, customerID: customer.id), after: .seconds(10))
        }
    }

    private func world(of state: InterviewState) throws -> Interview.World {
        let boxes = BoxStore(work.transaction)
        let billing = BillingStore(work.transaction)
        let box = try boxes.current(customerID: customer.id)
        let subscriptions = try box.map { try billing.subscriptions(boxID: $0.id, customerID: customer.id) } ?? []
        // Nothing is left that could be renewed at Stripe, so what was paid once is over and can be bought again.
        let isOver = box?.desired == .suspended && subscriptions.allSatisfy { $0.status == .canceled }
        let checkout = try billing.latestCheckout(customerID: customer.id)
        return Interview.World(
            now: work.now,
            telegramLink: managerUsername.map { "\(service.telegramLinkBase)/\($0)?start=\(conversation.telegramCode)" },
            isLinked: conversation.telegramUserID != nil, box: box,
            isPaid: !isOver && box.map { $0.desired != .draft } ?? false
                || subscriptions.contains { $0.entitlement(at: work.now) == .running },
            checkout: isOver && checkout?.completedAt != nil ? nil : checkout,
            pastedBotIsTaken: try pastedBot(state).map { bot in
                try boxes.isTaken(botID: bot.id, except: box?.id ?? work.ids.next())
            } ?? false,
            contact: service.contact)
    }

    private func pastedBot(_ state: InterviewState) -> BotIdentity? {
        if case .works(let bot) = checked?.verdict { return bot }
        return state.pasted?.bot
    }

    private func perform(_ action: Interview.Action, _ state: InterviewState) throws {
        switch action {
        case .saveBox: try saveBox(state)
        case .connectPastedBot(let pasted, let bot): try connect(pasted, bot)
        case .openCheckout(let tier): try openCheckout(tier)
        case .speak(let language):
            var changed = customer
            changed.language = language
            try CustomerStore(work.transaction).update(changed)
        }
    }

    private func saveBox(_ state: InterviewState) throws {
        guard let purpose = state.purpose, let name = state.agentName else { return }
        let boxes = BoxStore(work.transaction)
        guard var box = try boxes.current(customerID: customer.id) else {
            guard let tier = state.tier else { return }
            return try boxes.insert(
                Box(
                    id: work.ids.next(), customerID: customer.id, tier: tier, agentName: name, purpose: purpose,
                    language: state.language, createdAt: work.now))
        }
        box.purpose = purpose
        box.agentName = name
        box.language = state.language
        // What was paid for is Stripe's to say.
        if box.desired == .draft, let tier = state.tier { box.tier = tier }
        try want(box)
    }

    private func connect(_ pasted: PastedToken, _ bot: BotIdentity) throws {
        guard var box = try BoxStore(work.transaction).current(customerID: customer.id),
            let owner = conversation.telegramUserID ?? box.bot?.ownerUserID
        else { return }
        let token = try service.vault.open(pasted.sealed, context: PastedToken.context(of: conversation.id))
        box.bot = Box.Bot(
            id: bot.id, username: bot.username, sealedToken: try service.vault.seal(token, context: box.botTokenContext),
            ownerUserID: owner)
        try want(box)
    }

    private func want(_ box: Box) throws {
        let wanted = try BoxStore(work.transaction).want(box)
        if wanted.desired != .draft { try work.enqueue(ReconcileBox(wanted)) }
    }

    private func openCheckout(_ tier: Tier) throws {
        guard let box = try BoxStore(work.transaction).current(customerID: customer.id) else { return }
        let checkout = Checkout(id: work.ids.next(), customerID: customer.id, boxID: box.id, tier: tier, createdAt: work.now)
        try BillingStore(work.transaction).insert(checkout)
        try work.enqueue(OpenCheckout(checkout))
    }
}
