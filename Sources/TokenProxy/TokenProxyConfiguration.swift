package import Core

/// Where the proxy listens, what stands behind it, and where its patience ends.
package struct TokenProxyConfiguration: Sendable {
    package var host = "127.0.0.1"
    /// 0 takes any port that is free.
    package var port = 8080
    /// OpenAI's form of the upstream, up to and with `/v1`.
    package var openAIBaseURL: String
    /// Anthropic's form of the upstream, without `/v1`.
    package var anthropicBaseURL: String
    package var upstreamKey: Secret
    /// The upstream's model names by the product's.
    package var models: [String: String]
    package var plans = PlanTable.builtIn
    /// Where someone whose month is used up can change the plan.
    package var upgradeURL: String
    /// The largest cap on an answer's tokens.
    package var completionCap = 32_768
    /// The smallest cap that is worth a call; with less left, the month counts as used up.
    package var minimumCompletion = 16
    /// Bytes of a request's body.
    package var bodyLimit = 32 << 20
    /// Bytes of an answer that comes in one piece.
    package var answerLimit = 16 << 20
    package var timeouts = Timeouts()

    package struct Timeouts: Sendable {
        /// For a client to send a request's head, or to send the next one on the same connection.
        package var requestHead = Duration.seconds(60)
        /// For a client to send a request's body.
        package var requestBody = Duration.seconds(120)
        /// For a client to take bytes that are waiting for it.
        package var stalledClient = Duration.seconds(60)
        package var connect = Duration.seconds(5)
        /// For the upstream to begin or continue its answer: one that comes in one piece is thought out before its first byte.
        package var answerSilence = Duration.seconds(240)
        /// For an answer as a whole; with the others it stays below the 15 minutes after which a reservation is orphaned.
        package var answer = Duration.seconds(540)
        /// For calls under way when the proxy is told to stop.
        package var drain = Duration.seconds(25)
        /// How old a token's verification may be.
        package var credential = Duration.seconds(1)

        package init() {}
    }

    package init(
        openAIBaseURL: String, anthropicBaseURL: String, upstreamKey: Secret, models: [String: String], upgradeURL: String
    ) {
        self.openAIBaseURL = openAIBaseURL
        self.anthropicBaseURL = anthropicBaseURL
        self.upstreamKey = upstreamKey
        self.models = models
        self.upgradeURL = upgradeURL
    }
}
