import Core

/// One answer in the making.
struct InterviewTurn {
    let plans: PlanTable
    var state: InterviewState
    /// `nil` before the conversation exists.
    let world: Interview.World?
    private(set) var replies: [Interview.Reply] = []
    private(set) var actions: [Interview.Action] = []
    /// What changed the state in this turn.
    var calls: [ToolCall] = []
    /// The bot that the agent speaks through, without `@`; counts one that is being connected in this turn.
    var botUsername: String?
    /// Whether something that the summary shows has changed in this turn.
    var hasChanged = false

    init(plans: PlanTable, state: InterviewState, world: Interview.World?) {
        self.plans = plans
        self.state = state
        self.world = world
        botUsername = world?.box?.bot?.username
    }

    var answer: Interview.Answer {
        Interview.Answer(state: state, replies: Interview.Reply.joined(replies), actions: actions)
    }
    var language: Language { state.language }
    /// The agent's name, or what to call it while it has none.
    var name: String { state.agentName ?? LocalizedText(en: "your agent", pt: "seu agente")[language] }
    var isPaid: Bool { world?.isPaid ?? false }
    var facts: ProductFacts { ProductFacts(plans: plans, contact: world?.contact) }

    /// Whether the box's plan is Stripe's to say, even if nothing is paid any more.
    private var isOrdered: Bool { isPaid || world?.box.map { $0.desired != .draft } ?? false }

    /// The first thing that is still missing.
    var step: InterviewState.Step {
        if state.purpose == nil { return .purpose }
        if state.agentName == nil { return .name }
        if isPaid { return botUsername == nil ? .telegram : .served }
        if state.tier == nil { return state.recommended == nil ? .usage : .plan }
        return botUsername == nil ? .telegram : .payment
    }

    mutating func say(_ phrase: Phrase, card: ChatMessage.Card? = nil) {
        let count = state.spoken[phrase.id, default: 0]
        state.spoken[phrase.id] = count + 1
        replies.append(Interview.Reply(text: phrase.text(after: count, in: language), card: card))
        switch card {
        case .choices(let list): state.offered = list
        case .plans: state.offered = plans.all.map(\.name)
        case nil: break
        default: state.offered = []
        }
    }

    mutating func perform(_ action: Interview.Action) {
        actions.append(action)
    }

    /// Asks for what is missing.
    mutating func ask() {
        if let pending = state.pending { return ask(pending) }
        switch step {
        case .purpose:
            say(.askPurpose, card: .choices(Phrase.purposeExamples[language]))
        case .name:
            say(.askName, card: .choices(suggestedNames))
        case .usage:
            say(.askUsage(name: name), card: .choices(Phrase.usageExamples[language]))
        case .plan:
            say(.askPlan, card: .plans(recommended: state.recommended ?? .pro))
        case .telegram:
            connectPastedBot()
            if botUsername != nil { return ask() }
            if needsOwnBot { return explainOwnBot() }
            askForBot()
        case .payment:
            if hasChanged || state.spoken[Phrase.summaryID] == nil {
                offerPayment()
            } else {
                showCheckout(or: .stillPreparing)
            }
        case .served:
            say(.served(name: name, bot: botUsername ?? ""))
        }
    }

    private mutating func ask(_ pending: InterviewState.Pending) {
        let yesOrNo = ChatMessage.Card.choices(Phrase.yesOrNo[language])
        switch pending {
        case .name(let name): say(.confirmName(name), card: yesOrNo)
        case .plan(let tier):
            say(.confirmPlan(plans[tier], instead: state.tier.map { plans[$0] }, budget: state.budget), card: yesOrNo)
        case .startOver: say(.confirmStartOver, card: yesOrNo)
        case .deleteEverything: say(.confirmDeletion, card: yesOrNo)
        }
    }

    private mutating func askForBot() {
        if isOnTelegram { return sayWithLink(.createHere(name: name)) }
        sayWithLink(isLinked ? .confirmBot(name: name) : .askTelegram(name: name))
    }

    var isLinked: Bool { world?.isLinked ?? false }
    var isOnTelegram: Bool { world?.isOnTelegram ?? false }

    /// For those who have an account linked and no bot.
    var reminderOfBot: Phrase { isOnTelegram ? .notYetCreatedHere(name: name) : .notYetConfirmed(name: name) }

    /// Says something that needs the link to Telegram; as long as there is none, that it will come.
    mutating func sayWithLink(_ phrase: Phrase) {
        if let link = world?.telegramLink {
            state.owesLink = false
            say(phrase, card: .telegram(url: link))
        } else {
            state.owesLink = true
            say(.linkLater)
        }
    }

    /// Three names; the next three each time the visitor wants others.
    var suggestedNames: [String] {
        let round = state.spoken[Phrase.otherNames.id, default: 0]
        let all = Phrase.names
        return (0..<3).map { all[(round * 3 + $0) % all.count] }
    }

    /// A bot is connected once its token works, its owner is known and the box has its answers.
    mutating func connectPastedBot() {
        guard let pasted = state.pasted, let bot = pasted.bot, isLinked, isPaid ? botUsername == nil : state.tier != nil
        else { return }
        state.pasted = nil
        if world?.pastedBotIsTaken == true {
            say(.tokenTaken(bot: bot.username))
            return
        }
        saveBox()
        replaceToken(with: pasted, of: bot)
    }

    /// BotFather gives a bot another token when its owner has the old one revoked.
    mutating func replaceToken(with pasted: PastedToken, of bot: BotIdentity) {
        perform(.connectPastedBot(pasted, bot))
        botUsername = bot.username
        state.told.botUsername = bot.username
        say(.connected(name: name, bot: bot.username))
    }

    // MARK: What follows from the answers

    /// Makes the rows follow the answers.
    mutating func settle() {
        saveBox()
        if step == .payment, let tier = state.tier, !hasCurrentCheckout, !actions.contains(.openCheckout(tier)) {
            state.checkoutLanguage = language
            perform(.openCheckout(tier))
        }
    }

    private mutating func saveBox() {
        guard let purpose = state.brief, let name = state.agentName, let tier = isOrdered ? world?.box?.tier : state.tier,
            !actions.contains(.saveBox)
        else { return }
        let box = world?.box
        // An agent that is paid for has settings elsewhere as well: only what was said here now is written.
        guard !isOrdered || hasChanged else { return }
        if box?.purpose != purpose || box?.agentName != name || box?.tier != tier || box?.language != language {
            perform(.saveBox)
        }
    }
}

extension Interview.Reply {
    /// One message a turn, where only its last part has something to act on.
    static func joined(_ replies: [Interview.Reply]) -> [Interview.Reply] {
        replies.reduce(into: []) { joined, reply in
            guard let last = joined.last, last.card == nil else { return joined.append(reply) }
            let isShort = last.text.count + reply.text.count <= 160 && !last.text.contains("\n")
            joined[joined.count - 1] = Interview.Reply(
                text: last.text + (isShort ? " " : "\n\n") + reply.text, card: reply.card)
        }
    }
}
