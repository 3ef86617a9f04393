import Core

/// How fast and how many at once, for one customer. A pure state machine: times come in, decisions go out.
struct Pace: Hashable {
    enum Decision: Hashable {
        case admitted
        case tooFast(retryAfter: Duration)
        case tooManyAtOnce
    }

    /// Calls that could be made at once: fills up at the plan's rate, to its burst.
    private var bucket: TokenBucket
    private(set) var running = 0
    /// The first and the last refusal since a call was admitted, or since nobody asked for long.
    private var refusals: ClosedRange<Duration>?

    /// Clients that are refused come again within seconds, then less often.
    private static let longestRetry = Duration.seconds(60)
    private static let longestRefusal = Duration.seconds(20)

    /// - Parameter now: since any fixed moment.
    init(plan: Plan, now: Duration) {
        bucket = TokenBucket(Self.rate(plan), now: now)
    }

    mutating func enter(plan: Plan, now: Duration) -> Decision {
        guard running < plan.concurrentRequests else {
            noteRefusal(now: now)
            return .tooManyAtOnce
        }
        if let wait = bucket.take(Self.rate(plan), now: now) {
            noteRefusal(now: now)
            return .tooFast(retryAfter: wait)
        }
        running += 1
        refusals = nil
        return .admitted
    }

    private mutating func noteRefusal(now: Duration) {
        let known = refusals.flatMap { now - $0.upperBound <= Self.longestRetry ? $0.lowerBound : nil }
        refusals = (known ?? now)...now
    }

    /// Whether calls have been refused for so long, and none admitted, that to try once more is no help.
    func isHeldUp(now: Duration) -> Bool { refusals.map { now - $0.lowerBound >= Self.longestRefusal } ?? false }

    mutating func leave() {
        running -= 1
    }

    private static func rate(_ plan: Plan) -> TokenBucket.Rate {
        TokenBucket.Rate(
            burst: Double(plan.requestBurst ?? plan.requestsPerSecond), perSecond: Double(plan.requestsPerSecond))
    }
}
