import NIOCore

/// How far a client may be behind its answer. While it takes nothing, nothing is read from the upstream either, and what that
/// goes on to produce waits unseen. A pure state machine.
struct Backlog: Hashable {
    /// Since when the client has taken nothing.
    private(set) var stalledSince: NIODeadline?
    /// Since when the client has been behind: one that reads a little now and then still counts as behind.
    private var behindSince: NIODeadline?

    /// Little is produced within it; ``Bill/unseenTokens`` allows for that.
    private static let tolerance = TimeAmount.seconds(1)

    init(isWritable: Bool, now: NIODeadline) {
        clientTakes(isWritable, now: now)
    }

    mutating func clientTakes(_ takesMore: Bool, now: NIODeadline) {
        stalledSince = takesMore ? nil : now
        if !takesMore, behindSince == nil { behindSince = now }
    }

    /// The last read of the upstream's connection left nothing there.
    @inline(__always)
    mutating func upstreamIsReadDry() {
        if behindSince != nil, stalledSince == nil { behindSince = nil }
    }

    /// Whether little can have been produced that wasn't seen here.
    /// - Parameter lastProgress: when something was last read, or the client took up reading again.
    func isCaughtUp(now: NIODeadline, lastProgress: NIODeadline) -> Bool {
        guard let behindSince else { return true }
        // What waits is read at once, so after a moment without anything there was nothing.
        let isDry = stalledSince == nil && now - lastProgress >= Self.tolerance
        return isDry || now - behindSince < Self.tolerance
    }
}
