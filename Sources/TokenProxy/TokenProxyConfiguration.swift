package import Core

/// Where the proxy listens, what it keeps, and its timeouts.
package struct TokenProxyConfiguration: Sendable {
    package var host = "127.0.0.1"
    /// 0 takes any port that is free.
    package var port = 8080
    /// A folder on a disk that outlives the process.
    package var journalFolder: String
    package var plans = PlanTable.builtIn
    /// Where someone whose month is used up can change the plan.
    package var upgradeURL: String
    /// Who writes down voice notes; `nil`: nobody.
    package var transcription: TranscriptionUpstream?
    /// Calls with the upstream at once, at most; the upstream's refusals lower it.
    package var upstreamConcurrency = 4096
    /// Whether the figures tell customers apart.
    package var countsByCustomer = false
    /// No prompt has more tokens: the upstream refuses it.
    package var contextWindow = ModelLimits.contextWindow
    /// The largest cap on an answer's tokens.
    package var completionCap = ModelLimits.completion
    /// Bytes of a request's body.
    package var bodyLimit = 32 << 20
    /// Bytes of an answer that comes in one piece.
    package var answerLimit = 16 << 20
    /// Bytes of all requests' bodies that are held at once; of one customer's, an eighth of that.
    package var bodyMemory = 1 << 30
    package var timeouts = Timeouts()

    package struct Timeouts: Sendable {
        /// For a client to send a request's head, or to send the next one on the same connection.
        package var requestHead = Duration.seconds(60)
        /// For a client to send a request's body.
        package var requestBody = Duration.seconds(120)
        /// For a client to take bytes that are waiting for it.
        package var stalledClient = Duration.seconds(60)
        /// For a call to get its turn when the upstream takes no more at once.
        package var turn = Duration.seconds(30)
        package var connect = Duration.seconds(5)
        /// For the upstream to begin or continue its answer: one that comes in one piece is thought out before its first byte.
        package var answerSilence = Duration.seconds(360)
        /// For an answer as a whole.
        package var answer = Duration.seconds(540)
        /// For an agent's call to begin its answer, or to say in words that there is none.
        package var agentAnswer = Duration.seconds(40)
        /// Of that, for asking the same upstream again and again.
        package var agentRetries = Duration.seconds(25)
        /// For calls under way when the proxy is told to stop.
        package var drain = Duration.seconds(25)
        /// How often the tokens in use are verified.
        package var verification = Duration.milliseconds(400)
        /// After so long without a call, the tokens leased for a customer are given back.
        package var idleLease = Duration.seconds(5)

        package init() {}
    }

    package init(journalFolder: String, upgradeURL: String) {
        self.journalFolder = journalFolder
        self.upgradeURL = upgradeURL
    }
}
