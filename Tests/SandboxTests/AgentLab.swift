import AsyncHTTPClient
import FoundationEssentials
import Logging
import ServiceLifecycle
import Telegram
import TestSupport
import Testing

@testable import Sandbox

/// A person with a bot, and what the agent behind the bot is started with.
struct AgentLab: Sendable {
    static let bot = "ana_bot"

    let telegram: TelegramLab
    let phone: TestPhone
    let ownerID: Int64
    let environment: [String: String]
    var stateDirectory: String { environment["OPENCLAW_STATE_DIR"] ?? "" }

    init(_ telegram: TelegramLab) async throws {
        self.telegram = telegram
        phone = telegram.phone()
        try await phone.create(Self.bot)
        let managed = try #require(try await telegram.manager.getUpdates().first?.managedBot)
        ownerID = managed.user.id
        let home = telegram.folder.appending(path: "agent")
        let workspace = home.appending(path: "workspace")
        try FileManager.default.createDirectory(at: workspace, withIntermediateDirectories: true)
        try Data("You are Ana's agent.".utf8).write(to: workspace.appending(path: "AGENTS.md"))
        let configuration = home.appending(path: "openclaw.json")
        try Data(Self.configuration(root: telegram.root, ownerID: ownerID).utf8).write(to: configuration)
        environment = [
            "HOME": home.path, "OPENCLAW_STATE_DIR": home.path, "OPENCLAW_CONFIG_PATH": configuration.path,
            "OPENCLAW_GATEWAY_PORT": "0", "OPENCLAW_PROXY_TOKEN": "ocp_secret", "WORKSPACE": workspace.path,
            "TELEGRAM_BOT_TOKEN": try await telegram.manager.getManagedBotToken(botID: managed.bot.id),
        ]
    }

    /// JSON5, as OpenClaw takes it.
    static func configuration(root: String, ownerID: Int64) -> String {
        """
        { // written by the host
          gateway: { mode: "local", bind: "loopback", port: 18789, auth: { mode: "token", token: "${OPENCLAW_GATEWAY_TOKEN}" } },
          models: { mode: "replace", providers: { platform: {
            baseUrl: "\(root)/v1", apiKey: "${OPENCLAW_PROXY_TOKEN}", api: "openai-completions",
            models: [ { id: "k2p5", name: "Kimi", maxTokens: 4096, compat: { supportsUsageInStreaming: true } } ] } } },
          agents: { defaults: { workspace: "${WORKSPACE}", model: { primary: "platform/k2p5", fallbacks: [] } } },
          channels: { telegram: { enabled: true, botToken: "${TELEGRAM_BOT_TOKEN}", dmPolicy: "allowlist",
            allowFrom: ["\(ownerID)"], apiRoot: "\(root)" } },
        }
        """
    }

    /// Runs the agent for as long as `body` does, and then ends it as `kill -9` would: without a chance to tidy up.
    func whileAgentRuns(_ body: () async throws -> Void) async throws {
        let agent = try agent()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await agent.run() }
            try await body()
            group.cancelAll()
        }
    }

    /// Runs the agent for as long as `body` does, and then ends it as SIGTERM would.
    func untilAgentIsAskedToEnd(_ body: () async throws -> Void) async throws {
        let group = ServiceGroup(configuration: .init(services: [try agent()], logger: Self.quiet))
        async let end: Void = group.run()
        try await body()
        await group.triggerGracefulShutdown()
        try await end
    }

    func agent() throws -> SandboxAgent {
        try SandboxAgent(
            environment: environment, httpClient: .shared,
            // Patient for longer than any test takes, on however busy a machine.
            backoff: AgentBackoff(first: .milliseconds(10), longest: .milliseconds(50), patience: .seconds(500)),
            logger: Self.quiet)
    }

    private static var quiet: Logger {
        var logger = Logger(label: "agent")
        logger.logLevel = .critical
        return logger
    }

    /// Says something to the bot, and waits for as many messages as there should be then.
    func say(_ text: String, untilThereAre count: Int) async throws -> [String] {
        try await phone.say(text, to: Self.bot)
        return try await said(untilThereAre: count)
    }

    func said(untilThereAre count: Int) async throws -> [String] {
        try await eventually("\(count) messages") { try await phone.messages(Self.bot).count >= count }
        return try await phone.messages(Self.bot).map(\.text)
    }
}
