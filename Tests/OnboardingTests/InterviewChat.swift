import Core

@testable import Onboarding

/// A conversation with the interview, in a world of its own that does what the interview asks for.
struct InterviewChat: VisitedGuide {
    private let interview: Interview
    private let ids = IdentifierSource.random(clock: WallClock { Timestamp(seconds: 1_767_225_600) })
    let customerID: Customer.ID
    var state: InterviewState
    var world: Interview.World
    private(set) var replies: [Interview.Reply]
    /// Everything that was said by the interview, from the beginning.
    private(set) var transcript: [String]
    private(set) var actions: [Interview.Action] = []

    init(_ language: Language = .english, chosen: Tier? = nil, terms: SaleTerms = SaleTerms()) {
        var plans = PlanTable.builtIn
        plans.terms = terms
        interview = Interview(plans: plans)
        customerID = ids.next()
        let beginning = interview.begin(in: language, chosen: chosen)
        state = beginning.state
        replies = beginning.replies
        transcript = beginning.replies.map(\.text)
        world = Interview.World(
            now: Timestamp(seconds: 1_767_225_600), telegramLink: "https://t.me/manager?start=code", isLinked: false,
            box: nil,
            isPaid: false, checkout: nil, pastedBotIsTaken: false)
    }

    /// What was said in the last turn.
    var text: String { replies.map(\.text).joined(separator: "\n") }
    var cards: [ChatMessage.Card] { replies.compactMap(\.card) }
    var card: ChatMessage.Card? { cards.last }
    var step: InterviewState.Step { InterviewTurn(plans: .builtIn, state: state, world: world).step }

    mutating func say(_ texts: String...) {
        for text in texts { turn([.said(text)]) }
    }

    mutating func look() { turn([]) }

    mutating func turn(_ events: [Interview.Event]) {
        apply(interview.answer(state, to: events, in: world))
    }

    mutating func apply(_ answer: Interview.Answer) {
        state = answer.state
        replies = answer.replies
        actions = answer.actions
        transcript += replies.map(\.text)
        for action in actions { perform(action) }
    }

    private mutating func perform(_ action: Interview.Action) {
        switch action {
        case .saveBox:
            let tier = world.isPaid ? world.box?.tier : state.tier
            let old = world.box
            world.box = Box(
                id: old?.id ?? ids.next(), customerID: customerID, tier: tier ?? .pro, agentName: state.agentName ?? "",
                purpose: state.brief ?? "", language: state.language, bot: old?.bot, desired: old?.desired ?? .draft,
                status: old?.status ?? .draft, createdAt: world.now)
        case .connectPastedBot(_, let bot):
            connect(bot.username)
        case .openCheckout(let tier):
            guard let box = world.box else { return }
            world.checkout = Checkout(
                id: ids.next(), customerID: customerID, boxID: box.id, tier: tier, createdAt: world.now)
        case .forgetTelegramAccount:
            world.isLinked = false
            world.box?.bot = nil
        case .eraseEverything:
            world.box = nil
            state = InterviewState(language: state.language)
        case .speak:
            break
        }
    }

    // MARK: As a guide of the evaluation

    mutating func hear(_ text: String) async { say(text) }

    mutating func connectTelegram() async {
        connect("visitor_bot")
        look()
    }

    mutating func openPayment() async {
        openPaymentPage()
        look()
    }

    // MARK: What happens outside of the chat

    mutating func connect(_ username: String) {
        world.isLinked = true
        world.box?.bot = Box.Bot(id: 5, username: username, sealedToken: "sealed", ownerUserID: 7)
    }

    mutating func openPaymentPage() { world.checkout?.url = "https://pay.example/1" }

    mutating func pay() {
        world.isPaid = true
        world.box?.desired = .running
        world.box?.status = .provisioning
    }

    mutating func run() { world.box?.status = .running }

    // MARK: How far it has come

    static func atTelegram(_ language: Language = .english) -> InterviewChat {
        var chat = InterviewChat(language)
        switch language {
        case .english: chat.say("Help me plan my week", "Nova", "every day for work", "pro")
        case .portuguese: chat.say("Ajudar a planear a minha semana", "Nova", "todos os dias no trabalho", "o do meio")
        }
        return chat
    }

    static func atPayment() -> InterviewChat {
        var chat = atTelegram()
        chat.connect("nova_bot")
        chat.look()
        chat.openPaymentPage()
        chat.look()
        return chat
    }

    static func served() -> InterviewChat {
        var chat = atPayment()
        chat.pay()
        chat.look()
        chat.run()
        chat.look()
        return chat
    }
}
