/// What the probes tell.
actor AgentHealth {
    enum Stage: String, Sendable {
        /// Telegram hasn't accepted the token yet.
        case starting
        case ready = "ok"
        /// Told to end, and finishing what it is at.
        case draining
    }

    private(set) var stage = Stage.starting
    /// Whether the last call to Telegram succeeded.
    private(set) var channelWorks = false

    func set(_ stage: Stage) {
        self.stage = stage
    }

    func setChannel(works: Bool) {
        channelWorks = works
    }
}
