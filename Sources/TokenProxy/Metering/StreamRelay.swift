import ModelAPI

/// Decides what of a streamed answer goes on to the client, and when. Pure: bytes come in, steps go out.
struct StreamRelay {
    /// What to do with the bytes that came in.
    struct Step: Hashable {
        /// Goes on at once.
        var forward: [UInt8] = []
        /// The answer's last bytes: they may go on only when the call is settled. Nothing follows them.
        var last: [UInt8]?
        /// The upstream gave up in the middle.
        var isBroken = false
    }

    private(set) var meter: UsageMeter
    private var parser = ServerSentEventParser()
    private let removesUsageChunk: Bool
    private var hasEnded = false
    /// No event of a real answer comes near.
    private static let largestEvent = 4 << 20

    /// - Parameter removesUsageChunk: whether the chunk with nothing but the usage was asked for by the proxy only.
    init(_ dialect: ModelDialect, removesUsageChunk: Bool) {
        meter = UsageMeter(dialect)
        self.removesUsageChunk = removesUsageChunk
    }

    mutating func receive(_ bytes: some Sequence<UInt8>) -> Step {
        if hasEnded { return Step() }
        let step = relay(parser.feed(bytes))
        if parser.pending > Self.largestEvent { return Step(forward: step.forward, isBroken: true) }
        return step
    }

    /// At the end of the upstream's bytes; whether that was the answer's end shows in the meter.
    mutating func finish() -> Step {
        if hasEnded { return Step() }
        return relay(parser.finish().map { [$0] } ?? [])
    }

    private mutating func relay(_ events: [ServerSentEvent]) -> Step {
        var step = Step()
        for event in events {
            let part = meter.read(event: event.data)
            if part.isError {
                hasEnded = true
                step.isBroken = true
                return step
            }
            if part.isEnd {
                hasEnded = true
                step.last = event.raw
                return step
            }
            if part.isUsageOnly && removesUsageChunk { continue }
            step.forward += event.raw
        }
        return step
    }
}
