import Core

/// What is the same for every agent of this platform.
package struct AgentSettings: Sendable, Hashable {
    /// The token proxy as the agents reach it, with `/v1` at its end: the base URL of an OpenAI-compatible provider.
    package var tokenProxyURL: String
    /// The platform's tools as the agents reach them, an MCP server's address; `nil`: they have none.
    package var agentToolsURL: String?
    /// Root of the Bot API without `/bot<token>`; `nil` for the real Telegram.
    package var telegramAPIRoot: String?
    /// Whether the token proxy writes down voice notes, for the plans that have them.
    package var hearsVoiceNotes: Bool
    /// Whether the platform's tools search the web, for the plans that have that.
    package var searchesTheWeb: Bool
    package var model: Model
    /// Of silence, after which agents sleep whatever their plan says; zero: never.
    package var sleepAfter: Duration?

    /// The model as the agents are told of it.
    package struct Model: Sendable, Hashable {
        /// What the agent sends as `model` to the token proxy.
        package var id: String
        package let name = "Kimi"
        package let contextWindow = ModelLimits.contextWindow
        /// Tokens of one answer. What it may cost is reserved before each call, so it is no more than a chat needs.
        package let maxTokens = 8_192

        package init(id: String = "k2p5") {
            self.id = id
        }
    }

    package init(
        tokenProxyURL: String, agentToolsURL: String? = nil, telegramAPIRoot: String? = nil, hearsVoiceNotes: Bool = false,
        searchesTheWeb: Bool = false, model: Model = Model(), sleepAfter: Duration? = nil
    ) {
        self.tokenProxyURL = tokenProxyURL
        self.agentToolsURL = agentToolsURL
        self.telegramAPIRoot = telegramAPIRoot
        self.hearsVoiceNotes = hearsVoiceNotes
        self.searchesTheWeb = searchesTheWeb
        self.model = model
        self.sleepAfter = sleepAfter
    }

    /// - Returns: `nil` for agents that never sleep.
    func sleepAfter(_ plan: Plan) -> Duration? {
        guard let sleepAfter else { return plan.sleepAfterMinutes.map { .seconds(60 * $0) } }
        return sleepAfter == .zero ? nil : sleepAfter
    }
}
