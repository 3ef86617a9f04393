package import Core

/// What follows from a subscription: what its box should be, what may be used, and whom to tell what.
package struct BillingDecision: Sendable, Hashable {
    /// What is stored of the subscription; its ``Subscription/entitlement(at:)`` says what the box should be.
    package var subscription: Subscription
    /// The plan that the agent has: never a dearer one than was paid for.
    package var tier: Tier
    /// Whether the subscription is a trial that isn't given, and is to be ended.
    package var refusesTrial = false
    /// What may be used in the period; `nil` while nothing was ever paid.
    package var limit: Limit?
    /// What the customer is to be told now, and the key under which that is remembered.
    package var notices: [Due<Notice>] = []
    /// What the host is to be told now.
    package var alerts: [Due<HostAlert>] = []
    /// What counts as told although it isn't said any more.
    package var skipped: [String] = []

    package struct Limit: Sendable, Hashable {
        package let period: BillingFacts.Period
        package let units: Int
    }

    package struct Due<Message: Sendable & Hashable>: Sendable, Hashable {
        package let message: Message
        package let key: String
    }
}

/// What only the host can decide on.
package enum HostAlert: Sendable, Hashable {
    case disputed(invoice: String)
    case disputeLost(invoice: String)
    case disputeWon(invoice: String)
    case refunded(invoice: String)
    /// A credit was given for units that are used already: so many.
    case usedBeyondCredit(units: Int)
}
