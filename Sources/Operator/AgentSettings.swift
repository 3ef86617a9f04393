import Core

/// What is the same for every agent of this platform.
package struct AgentSettings: Sendable, Hashable {
    /// The token proxy as the agents reach it, with `/v1` at its end: the base URL of an OpenAI-compatible provider.
    package var tokenProxyURL: String
    /// Root of the Bot API without `/bot<token>`; `nil` for the real Telegram.
    package var telegramAPIRoot: String?
    package var model: Model

    /// The model as the agents are told of it.
    package struct Model: Sendable, Hashable {
        /// What the agent sends as `model` to the token proxy.
        package var id: String
        package let name = "Kimi"
        package let contextWindow = ModelLimits.contextWindow
        package let maxTokens = ModelLimits.completion

        package init(id: String = "k2p5") {
            self.id = id
        }
    }

    package init(tokenProxyURL: String, telegramAPIRoot: String? = nil, model: Model = Model()) {
        self.tokenProxyURL = tokenProxyURL
        self.telegramAPIRoot = telegramAPIRoot
        self.model = model
    }
}
