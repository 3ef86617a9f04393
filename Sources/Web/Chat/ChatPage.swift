import Core
import Onboarding

/// `/chat`: the conversation that ends with an agent.
struct ChatPage: PageModel {
    static let template = "chat"

    let stages: StagesView
    let messages: [ChatMessageView]
    /// Where live messages go on from.
    let lastPosition: Int64
    /// The visitor has spoken, and the guide hasn't answered yet.
    let isAnswerDue: Bool
    /// Makes the next message one, however often it is sent.
    let key: String
    let maximumLength = OnboardingService.longestMessage
    /// Something has been said, so that news can come.
    let isOpen: Bool
    /// The plan that was chosen on the landing page; goes with the first message.
    let chosenPlan: String?
    /// The payment page that the customer has come back from; said for this once, and not stored.
    let leftCheckoutPath: String?

    init(
        _ messages: [ChatMessage], progress: SetUpProgress, key: String, isOpen: Bool, chosen: Tier? = nil,
        leftCheckout: Checkout? = nil,
        plans: PlanTable, texts: Texts
    ) {
        stages = StagesView(progress, texts: texts)
        self.isOpen = isOpen
        chosenPlan = chosen?.rawValue
        leftCheckoutPath = leftCheckout.map { "/checkout/\($0.id)" }
        // Only the last thing that was said can be pressed.
        let current = messages.last { $0.role == .agent }?.position
        self.messages = messages.map {
            ChatMessageView($0, isCurrent: $0.position == current, chosen: chosen, plans: plans, texts: texts)
        }
        lastPosition = messages.last?.position ?? 0
        isAnswerDue = messages.last?.role == .visitor
        self.key = key
    }
}

/// One message with what can be done about it; also what an event of the chat carries.
struct ChatMessageView: Sendable {
    static let template = "message"

    let position: Int64
    /// `visitor` or `agent`.
    let role: String
    /// Read out before the text.
    let speaker: String
    let text: String
    /// The same for all buttons of a message: it can be answered with one of them only, once.
    let key: String
    /// See ``ChatPage/chosenPlan``.
    let chosenPlan: String?
    let choices: [Choice]
    let hasChoices: Bool
    let plans: [PlanCard]
    let hasPlans: Bool
    let telegramURL: String?
    /// The link for those whose Telegram is on another device.
    let telegramPicture: QRPicture?
    /// For those whose link doesn't do: they send it to the bot.
    let telegramCode: String?
    let checkoutPath: String?
    let isAgentReady: Bool

    struct Choice: Sendable {
        let text: String
    }

    /// - Parameter isCurrent: whether its buttons still count.
    init(_ message: ChatMessage, isCurrent: Bool = true, chosen: Tier? = nil, plans table: PlanTable, texts: Texts) {
        chosenPlan = chosen?.rawValue
        var choices: [String] = []
        var plans: [PlanCard] = []
        var telegramURL: String?
        var checkoutPath: String?
        var isAgentReady = false
        switch isCurrent ? message.card : nil {
        case .choices(let list): choices = list
        case .plans(let recommended): plans = Self.cards(table, recommended, texts)
        // Nothing but a web address may become a link.
        case .telegram(let url): telegramURL = url.hasPrefix("https://") || url.hasPrefix("http://") ? url : nil
        case .checkout(let id): checkoutPath = "/checkout/\(id)"
        case .agent: isAgentReady = true
        case .progress, nil: break
        }
        position = message.position
        role = message.role.rawValue
        speaker =
            switch message.role {
            case .visitor: texts["chat_you"]
            case .agent: texts["chat_agent"]
            }
        text = message.text
        key = "answer-\(message.position)"
        self.choices = choices.map(Choice.init)
        hasChoices = !choices.isEmpty
        self.plans = plans
        hasPlans = !plans.isEmpty
        self.telegramURL = telegramURL
        telegramPicture = telegramURL.flatMap(QRPicture.init)
        telegramCode = telegramURL.flatMap(TelegramCode.shown)
        self.checkoutPath = checkoutPath
        self.isAgentReady = isAgentReady
    }

    private static func cards(_ table: PlanTable, _ recommended: Tier, _ texts: Texts) -> [PlanCard] {
        table.all.map { plan in
            PlanCard(
                plan, isRecommended: plan.tier == recommended, recommendation: texts["plan_suggested"],
                action: texts("plan_choose", ["plan": plan.name]), texts: texts)
        }
    }
}
