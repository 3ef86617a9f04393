/// Whom a proxy token stands for.
package struct ProxyCredential: Sendable, Hashable {
    package let customerID: Customer.ID
    package let boxID: Box.ID
    package let tier: Tier

    package init(customerID: Customer.ID, boxID: Box.ID, tier: Tier) {
        self.customerID = customerID
        self.boxID = boxID
        self.tier = tier
    }
}

/// Tokens set aside for one model call before it is forwarded, so that a limit is a limit under any concurrency.
package struct Reservation: Sendable, Hashable {
    package let requestID: String
    package let customerID: Customer.ID
    package let boxID: Box.ID
    package let model: String
    /// An upper bound of the prompt's tokens.
    package let input: Int
    /// The cap on the answer's tokens.
    package var output: Int
    /// The proxy process that answers for it.
    package let holder: String
    package let createdAt: Timestamp

    package init(
        requestID: String, customerID: Customer.ID, boxID: Box.ID, model: String, input: Int, output: Int, holder: String,
        createdAt: Timestamp
    ) {
        self.requestID = requestID
        self.customerID = customerID
        self.boxID = boxID
        self.model = model
        self.input = input
        self.output = output
        self.holder = holder
        self.createdAt = createdAt
    }

    package var total: Int { input + output }
}

/// What became of the wish to reserve.
package enum ReservationOutcome: Sendable, Hashable {
    /// The reservation stands, its cap possibly smaller than wished; `quota` is as it was before.
    case granted(output: Int, quota: Quota)
    /// What is left would be enough, but calls under way have it set aside.
    case busy(Quota)
    /// What is left of the period is not enough for this call.
    case exhausted(Quota)
    /// No billing period contains the present.
    case noPeriod
}

extension Quota {
    /// Decides on a wish for tokens: near the limit the cap on the answer shrinks to what is left.
    /// - Parameters:
    ///   - input: an upper bound of the prompt's tokens.
    ///   - wanted: the cap on the answer's tokens that the caller would like.
    ///   - minimum: the smallest cap that is worth a call.
    package func outcome(input: Int, wanted: Int, atLeast minimum: Int) -> ReservationOutcome {
        let least = min(wanted, minimum)
        let output = min(wanted, available - input)
        if output >= least { return .granted(output: output, quota: self) }
        return limit - used - input >= least ? .busy(self) : .exhausted(self)
    }
}
