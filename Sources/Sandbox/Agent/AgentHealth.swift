import FoundationEssentials

/// What the probes tell.
actor AgentHealth {
    enum Stage: String, Sendable {
        /// Telegram hasn't accepted the token yet.
        case starting
        case ready = "ok"
        /// Told to end, and finishing what it is at.
        case draining
    }

    /// When a message came or went last: milliseconds since 1970.
    struct Traffic: Sendable {
        var inbound: Int64?
        var outbound: Int64?
    }

    private(set) var stage = Stage.starting
    /// Whether the last call to Telegram succeeded.
    private(set) var channelWorks = false
    private(set) var traffic = Traffic()
    /// Whether a message is being answered.
    private(set) var isBusy = false

    func set(_ stage: Stage) {
        self.stage = stage
    }

    func setChannel(works: Bool) {
        channelWorks = works
    }

    func received() {
        isBusy = true
        traffic.inbound = Self.now
    }

    func sent() {
        traffic.outbound = Self.now
    }

    func finished() {
        isBusy = false
    }

    private static var now: Int64 { Int64(Date.now.timeIntervalSince1970 * 1000) }
}
