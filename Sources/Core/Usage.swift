/// The tokens of one model call.
package struct TokenUsage: Sendable, Hashable {
    /// Tokens of the prompt, those from the cache included.
    package var input: Int
    /// The part of `input` that came from the cache.
    package var cached: Int
    package var output: Int

    package init(input: Int, cached: Int = 0, output: Int) {
        self.input = input
        self.cached = cached
        self.output = output
    }

    package var total: Int { input + output }
}

/// A model call that was metered. The request's id is its identity: it is counted once.
package struct UsageEvent: Sendable, Hashable {
    package let requestID: String
    package let customerID: Customer.ID
    package let boxID: Box.ID
    package let periodStart: Timestamp
    package let model: String
    package let usage: TokenUsage
    /// `true` where the true figure was lost with a crash and the reservation was charged instead.
    package let estimated: Bool
    /// Whether the platform's own end cut the call off: how it ended nobody heard, and all that was set aside was charged.
    package let interrupted: Bool
    /// `nil` where it isn't known.
    package let cause: UsageCause?
    /// Tells an agent's turns apart, and nothing more: 0 for what its program does by itself, `nil` for a call that is no
    /// agent's. Isn't stored with the event.
    package let turn: Int64?
    package let createdAt: Timestamp

    package init(
        requestID: String, customerID: Customer.ID, boxID: Box.ID, periodStart: Timestamp, model: String, usage: TokenUsage,
        estimated: Bool, interrupted: Bool = false, cause: UsageCause? = nil, turn: Int64? = nil, createdAt: Timestamp
    ) {
        self.requestID = requestID
        self.customerID = customerID
        self.boxID = boxID
        self.periodStart = periodStart
        self.model = model
        self.usage = usage
        self.estimated = estimated
        self.interrupted = interrupted
        self.cause = cause
        self.turn = turn
        self.createdAt = createdAt
    }
}

/// What a customer may use in one billing period, and has: in units, see ``UnitWeights``.
package struct Quota: Sendable, Hashable {
    package let periodStart: Timestamp
    package let periodEnd: Timestamp
    package let limit: Int
    package let used: Int
    /// Set aside for calls that are under way.
    package let reserved: Int

    package init(periodStart: Timestamp, periodEnd: Timestamp, limit: Int, used: Int, reserved: Int) {
        self.periodStart = periodStart
        self.periodEnd = periodEnd
        self.limit = limit
        self.used = used
        self.reserved = reserved
    }

    /// What a new call could still be given.
    package var available: Int { max(0, limit - used - reserved) }
    /// What is used before the agent stops: the last hundredth is less than a call may need.
    package var usable: Int { limit - limit / 100 }
    package var isUsedUp: Bool { used >= usable }
    /// From 0 to 1.
    package var fractionUsed: Double { limit > 0 ? min(1, Double(used) / Double(limit)) : 1 }
}
