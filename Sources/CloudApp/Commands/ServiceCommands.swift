import ArgumentParser

/// `openclaw-cloud serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Runs all services in one process, with the sandbox for every part without a key.")

    func run() async throws {
        try await Launcher.run(Set(Role.allCases), sharing: .exclusive)
    }
}

/// `openclaw-cloud web`
struct WebCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Role.web.rawValue, abstract: "Runs the site, the chat and the dashboard.")

    func run() async throws {
        try await Launcher.run([.web], sharing: .shared)
    }
}

/// `openclaw-cloud api`
struct APICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Role.api.rawValue, abstract: "Runs the JSON API and takes Stripe's webhooks.")

    func run() async throws {
        try await Launcher.run([.api], sharing: .shared)
    }
}

/// `openclaw-cloud onboarding-agent`
struct OnboardingAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Role.onboardingAgent.rawValue, abstract: "Answers in the chat and on Telegram, and sends the mails.")

    func run() async throws {
        try await Launcher.run([.onboardingAgent], sharing: .shared)
    }
}

/// `openclaw-cloud billing-worker`
struct BillingWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Role.billingWorker.rawValue, abstract: "Opens checkouts and follows Stripe's events.")

    func run() async throws {
        try await Launcher.run([.billingWorker], sharing: .shared)
    }
}

/// `openclaw-cloud operator`
struct OperatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Role.operator.rawValue, abstract: "Makes the customers' boxes look like their rows.")

    func run() async throws {
        try await Launcher.run([.operator], sharing: .shared)
    }
}

/// `openclaw-cloud token-proxy`
struct TokenProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Role.tokenProxy.rawValue, abstract: "Meters every model call and holds the monthly limits.")

    func run() async throws {
        try await Launcher.run([.tokenProxy], sharing: .shared)
    }
}

/// `openclaw-cloud agent-tools`
struct AgentToolsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Role.agentTools.rawValue,
        abstract: "Gives agents their tools from the platform, and sends the reminders.")

    func run() async throws {
        try await Launcher.run([.agentTools], sharing: .shared)
    }
}

/// `openclaw-cloud sandbox`
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Role.sandbox.rawValue,
        abstract: "Runs the stand-ins for Kimi, Stripe, Telegram and mail on loopback, for services that run apart.")

    func run() async throws {
        try await Launcher.run([.sandbox], sharing: .shared)
    }
}
