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

    /// - Parameter now: since any fixed moment.
    init(plan: Plan, now: Duration) {
        tokens = Self.burst(plan)
        refilledAt = now
    }

    mutating func enter(plan: Plan, now: Duration) -> Decision {
        guard running < plan.concurrentRequests else { return .tooManyAtOnce }
        tokens = refilled(plan: plan, now: now)
        refilledAt = now
        guard tokens >= 1 else {
            return .tooFast(retryAfter: .seconds((1 - tokens) / Double(plan.requestsPerSecond)))
        }
        tokens -= 1
        running += 1
        return .admitted
    }

    mutating func leave() {
        running -= 1
    }

    private func refilled(plan: Plan, now: Duration) -> Double {
        let earned = Double((now - refilledAt).milliseconds) / 1000 * Double(plan.requestsPerSecond)
        return min(Self.burst(plan), tokens + earned)
    }

    private static func burst(_ plan: Plan) -> Double { Double(plan.requestBurst ?? plan.requestsPerSecond) }
}
