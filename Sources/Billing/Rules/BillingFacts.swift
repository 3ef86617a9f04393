package import Core

/// What Stripe says about one subscription: all that ``BillingRules`` decide from, beside the clock and the use.
package struct BillingFacts: Sendable, Hashable {
    package var status: Subscription.Status
    /// Of the subscription's price at this moment, paid or not.
    package var tier: Tier
    package var period: Period
    package var cancelAt: Timestamp?
    package var endedAt: Timestamp?
    /// The plan from the next period on, where that is another one.
    package var nextTier: Tier?
    /// In any order.
    package var invoices: [Bill]

    package init(
        status: Subscription.Status, tier: Tier, period: Period, cancelAt: Timestamp? = nil, endedAt: Timestamp? = nil,
        nextTier: Tier? = nil, invoices: [Bill] = []
    ) {
        self.status = status
        self.tier = tier
        self.period = period
        self.cancelAt = cancelAt
        self.endedAt = endedAt
        self.nextTier = nextTier
        self.invoices = invoices
    }

    package struct Period: Sendable, Hashable {
        package let start: Timestamp
        package let end: Timestamp

        package init(start: Timestamp, end: Timestamp) {
            self.start = start
            self.end = end
        }

        /// How long both are at once; zero or less where they don't meet.
        func overlap(_ other: Period) -> Duration { min(end, other.end) - max(start, other.start) }

        var length: Duration { end - start }
    }

    /// An invoice of the subscription.
    package struct Bill: Sendable, Hashable {
        package let id: String
        package var status: Status
        package let createdAt: Timestamp
        package var paidAt: Timestamp?
        /// How often a payment was tried.
        package var attempts: Int
        package let total: Int
        package let lines: [Line]
        /// Stripe's page for it.
        package var url: String?
        /// Whether all that was paid for it went back.
        package var isRefunded: Bool
        /// How much of it, in the currency's smallest unit.
        package var refunded = 0
        package var dispute: Dispute?

        /// https://docs.stripe.com/api/invoices/object#invoice_object-status
        package enum Status: String, Sendable, Hashable {
            case draft, open, paid, uncollectible, void
        }

        package enum Dispute: Sendable, Hashable {
            case open, won, lost
        }

        package init(
            id: String, status: Status, createdAt: Timestamp, attempts: Int, total: Int, lines: [Line], url: String? = nil,
            isRefunded: Bool = false, dispute: Dispute? = nil
        ) {
            self.id = id
            self.status = status
            self.createdAt = createdAt
            self.attempts = attempts
            self.total = total
            self.lines = lines
            self.url = url
            self.isRefunded = isRefunded
            self.dispute = dispute
        }

        /// Whether a payment was tried, and is still missing.
        var isFailing: Bool { (status == .open || status == .uncollectible) && attempts > 0 }
        /// Whether what was paid counts no more.
        var isWithdrawn: Bool { isRefunded || dispute == .open || dispute == .lost }
        /// The plan that it brings: of what was charged for last.
        var tier: Tier? { lines.last { $0.amount >= 0 && $0.tier != nil }?.tier }
    }

    /// A position of an invoice.
    package struct Line: Sendable, Hashable {
        /// The plan whose price it is; `nil` for anything else.
        package let tier: Tier?
        package let period: Period
        /// In the currency's smallest unit; less than zero for a credit.
        package let amount: Int
        /// Whether it settles a change within a period.
        package let isProration: Bool

        package init(tier: Tier?, period: Period, amount: Int, isProration: Bool) {
            self.tier = tier
            self.period = period
            self.amount = amount
            self.isProration = isProration
        }

        /// Whether it is a trial's: a plan for nothing. What a promotion code takes off isn't taken off here.
        var isTrial: Bool { tier != nil && amount == 0 && !isProration }
    }
}
