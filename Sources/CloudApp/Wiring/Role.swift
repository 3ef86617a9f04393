/// What a process does. `serve` has every role, each other subcommand has one.
enum Role: String, CaseIterable, Sendable {
    /// The site, the chat and the dashboard.
    case web
    /// The JSON API and the webhooks.
    case api
    /// Answers in the chat and on Telegram, and sends the mails.
    case onboardingAgent = "onboarding-agent"
    /// Talks to Stripe.
    case billingWorker = "billing-worker"
    /// Makes the boxes look like their rows.
    case `operator`
    /// Every model call of every agent.
    case tokenProxy = "token-proxy"
    /// What agents ask of us: reminders, what is left, the time zone; and the reminders' sending.
    case agentTools = "agent-tools"
    /// The stand-ins for the parts that no key is set for.
    case sandbox

    /// The parts of the outside world that it has to do with, and so needs the keys of.
    var parts: Set<Part> {
        switch self {
        case .web: [.stripe, .telegram]
        case .api, .billingWorker: [.stripe]
        case .onboardingAgent: [.telegram, .mail]
        case .operator, .agentTools: [.telegram]
        case .tokenProxy: [.kimi]
        case .sandbox: []
        }
    }
}
