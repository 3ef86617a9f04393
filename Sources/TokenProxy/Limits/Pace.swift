import Core

/// How fast and how many at once, for one customer. A pure state machine: times come in, decisions go out.
struct Pace: Hashable {
    enum Decision: Hashable {
        case admitted
        case tooFast(retryAfter: Duration)
        case tooManyAtOnce
    }

    /// Calls that could be made at once: fills up at the plan's rate, to its burst.
    private var tokens: Double
    private var refilledAt: Duration
    private(set) var running = 0
    /// The first and the last refusal since a call was admitted, or since nobody asked for long.
    private var refusals: ClosedRange<Duration>?

    /// Clients that are refused come again within seconds, then less often.
    private static let longestRetry = Duration.seconds(60)
    private static let longestRefusal = Duration.seconds(20)

    /// - Parameter now: since any fixed moment.
    init(plan: Plan, now: Duration) {
        tokens = Self.burst(plan)
        refilledAt = now
    }

    mutating func enter(plan: Plan, now: Duration) -> Decision {
        guard running < plan.concurrentRequests else {
            noteRefusal(now: now)
            return .tooManyAtOnce
        }
        tokens = refilled(plan: plan, now: now)
        refilledAt = now
        guard tokens >= 1 else {
            noteRefusal(now: now)
            return .tooFast(retryAfter: .seconds((1 - tokens) / Double(plan.requestsPerSecond)))
        }
        tokens -= 1
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

    private func refilled(plan: Plan, now: Duration) -> Double {
        let earned = Double((now - refilledAt).milliseconds) / 1000 * Double(plan.requestsPerSecond)
        return min(Self.burst(plan), tokens + earned)
    }

    private static func burst(_ plan: Plan) -> Double { Double(plan.requestBurst ?? plan.requestsPerSecond) }
}
