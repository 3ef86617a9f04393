/// The copy of a Stripe subscription that everything else is decided from.
package struct Subscription: Sendable, Hashable, Identified {
    package static let idPrefix = "sbs"
    package typealias ID = Identifier<Subscription>

    package let id: ID
    package let customerID: Customer.ID
    package let boxID: Box.ID
    package var tier: Tier
    /// `sub_…`
    package let stripeID: String
    /// `si_…`, the subscription item that carries the price and the period.
    package var stripeItemID: String
    package var status: Status
    package var periodStart: Timestamp
    package var periodEnd: Timestamp
    /// When it will end, if the customer has cancelled.
    package var cancelAt: Timestamp?
    /// Since when a payment has been missing: when the invoice was made that isn't paid.
    package var pastDueSince: Timestamp?
    package var endedAt: Timestamp?
    /// Why what was paid doesn't count any more.
    package var withdrawal: Withdrawal?
    /// The plan from the next period on, where that is another one.
    package var nextTier: Tier?
    /// Stripe's page for the invoice that isn't paid.
    package var paymentURL: String?
    /// When to look at it again though nothing is heard of it; `nil`: never.
    package var lookAt: Timestamp?

    /// A payment that went back.
    package enum Withdrawal: String, Sendable, Hashable, Codable {
        /// The period's payment was refunded in full.
        case refunded
        /// A payment is disputed, and nothing is decided yet.
        case disputed
        /// The period's payment was taken back by the bank.
        case disputeLost = "dispute_lost"
    }

    /// Stripe's own words (https://docs.stripe.com/api/subscriptions/object#subscription_object-status).
    package enum Status: String, Sendable, Hashable, Codable {
        case incomplete, trialing, active, unpaid, paused, canceled
        case incompleteExpired = "incomplete_expired"
        case pastDue = "past_due"
    }

    package init(
        id: ID, customerID: Customer.ID, boxID: Box.ID, tier: Tier, stripeID: String, stripeItemID: String, status: Status,
        periodStart: Timestamp, periodEnd: Timestamp, cancelAt: Timestamp? = nil, pastDueSince: Timestamp? = nil,
        endedAt: Timestamp? = nil, withdrawal: Withdrawal? = nil, nextTier: Tier? = nil, paymentURL: String? = nil,
        lookAt: Timestamp? = nil
    ) {
        self.id = id
        self.customerID = customerID
        self.boxID = boxID
        self.tier = tier
        self.stripeID = stripeID
        self.stripeItemID = stripeItemID
        self.status = status
        self.periodStart = periodStart
        self.periodEnd = periodEnd
        self.cancelAt = cancelAt
        self.pastDueSince = pastDueSince
        self.endedAt = endedAt
        self.withdrawal = withdrawal
        self.nextTier = nextTier
        self.paymentURL = paymentURL
        self.lookAt = lookAt
    }

    /// How long an agent is served while a payment is missing.
    package static let gracePeriod = Duration.days(7)
    /// How long a cancelled box's data is kept.
    package static let retention = Retention.agents.duration

    /// What the box should be, given this subscription; `nil` while the first payment is still open.
    package func entitlement(at now: Timestamp) -> DesiredState? {
        switch status {
        case .incomplete, .incompleteExpired:
            nil
        case .trialing, .active, .pastDue:
            withdrawal == nil && now < (pastDueSince ?? now) + Self.gracePeriod ? .running : .suspended
        case .unpaid, .paused:
            .suspended
        case .canceled:
            now < (endedAt ?? now) + Self.retention ? .suspended : .deleted
        }
    }
}

/// A Stripe Checkout session that we asked for.
package struct Checkout: Sendable, Hashable, Identified {
    package static let idPrefix = "chk"
    package typealias ID = Identifier<Checkout>

    package let id: ID
    package let customerID: Customer.ID
    package let boxID: Box.ID
    package let tier: Tier
    /// `cs_…`, once Stripe has answered.
    package var stripeSessionID: String?
    /// Stripe's hosted page, once Stripe has answered.
    package var url: String?
    /// The language of that page.
    package var language: Language?
    package var completedAt: Timestamp?
    package let createdAt: Timestamp

    package init(
        id: ID, customerID: Customer.ID, boxID: Box.ID, tier: Tier, stripeSessionID: String? = nil, url: String? = nil,
        language: Language? = nil, completedAt: Timestamp? = nil, createdAt: Timestamp
    ) {
        self.id = id
        self.customerID = customerID
        self.boxID = boxID
        self.tier = tier
        self.stripeSessionID = stripeSessionID
        self.url = url
        self.language = language
        self.completedAt = completedAt
        self.createdAt = createdAt
    }
}
