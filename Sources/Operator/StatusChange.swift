import Core

/// What an observation changes of a box's row.
struct StatusChange: Sendable {
    /// How many failures in a row the host is told of.
    private static let alarming: Int64 = 3
    /// How old the last sign of life may get before it is written again.
    private static let seenEvery = Duration.seconds(60)

    /// As it is stored.
    let row: Box
    private let words: String?
    private let isFinal: Bool
    let generation: Int64
    let restarts: Int64
    let failures: Int64
    let seenAt: Timestamp?
    /// Whether it changes what the owner sees at once.
    let isVisible: Bool
    private let message: OwnerMessage?
    /// Whether the agent runs, but not as it is to.
    private let isHeldBack: Bool

    /// - Parameters:
    ///   - before: the box as it was when the world was looked at.
    ///   - generation: the generation that was made real.
    ///   - isFailedRun: whether this is how a job ended in failure.
    /// - Returns: `nil` if the row says so already.
    init?(
        _ status: AgentStatus, of row: Box, before box: Box, generation: Int64, isFailedRun: Bool, now: Timestamp
    ) {
        self.row = row
        message = status.message
        words = status.words
        isFinal = status.isFinal
        isHeldBack = status.isFinal && status.status == .running
        self.generation = max(generation, row.observedGeneration)
        // The runtime counts from zero whenever it makes a new container, and may not tell of one at all.
        restarts = max(row.restarts + (status.isDown && row.status == .running ? 1 : 0), status.restarts)
        switch status.status {
        case .running, .suspended, .deleted: failures = 0
        // A count that changed while the job ran includes this failure.
        case .failed where isFailedRun && row.failures != box.failures: failures = max(row.failures, 1)
        case .failed where isFailedRun || row.status != .failed: failures = row.failures + 1
        case .draft, .provisioning, .failed: failures = row.failures
        }
        let isStale = row.seenAt.map { now - $0 >= Self.seenEvery } ?? true
        seenAt = status.status == .running && isStale ? now : row.seenAt
        isVisible =
            row.status != status.status || row.message != status.message || row.observedGeneration < generation
            || row.restarts != restarts
        if !isVisible, row.failures == failures, row.seenAt == seenAt { return nil }
    }

    /// What the host is told, once until the box has recovered.
    var alert: AlertHost? {
        let alarming = isFinal ? 1 : Self.alarming
        let isNews = isHeldBack ? row.message != message : row.failures < alarming && failures >= alarming
        guard isNews else { return nil }
        let (subject, text) =
            isHeldBack
            ? (
                "\(row.id) refuses its new settings",
                "The program of a customer's agent refuses its new settings. It goes on with those from before."
            )
            : isFinal
                ? (
                    "\(row.id) refuses its configuration",
                    "The program of a customer's agent refuses its configuration. It isn't tried again."
                )
                : (
                    "\(row.id) has failed \(alarming) times",
                    "The agent of a customer has failed \(alarming) times in a row. It is still being tried."
                )
        return AlertHost(
            subject: subject,
            text: """
                \(text)

                Box: \(row.id)
                Customer: \(row.customerID)
                Image: \(row.image ?? "none")

                What its owner is told: \(message?.text[.english] ?? "nothing")
                What the program says: \(words ?? "nothing")

                To look: openclaw-cloud admin box show \(row.id)
                """)
    }
}
