/// What a customer is told about their subscription and its use, once each.
package enum Notice: Sendable, Hashable, Codable {
    /// An invoice was paid: `in_…`.
    case receipt(invoice: String)
    /// So much of the period's units is used: 50, 80, 95 or 100 percent.
    case usage(percent: Int)
    /// A payment has been missing for so many days: 0, 3 or 6.
    case paymentFailed(day: Int)
    case suspended
    /// The missing payment has come.
    case recovered
    case planChanged(from: Tier, to: Tier)
    /// The free trial ends in a few days, and the first month is charged.
    case trialEnding
    /// The free trial was given back, as the person has had a subscription before.
    case trialRefused
    case cancelled
    case ended
    /// The data of an agent whose subscription ended are deleted in a week.
    case deletionNear
    case deleted

    /// The percentages at which customers are told.
    package static let usagePercentages = [50, 80, 95, 100]
    /// The days of a missing payment on which customers are told.
    package static let paymentDays = [0, 3, 6]
    /// How long before the end of a free trial customers are told of it.
    package static let trialWarning = Duration.days(3)
    /// How long before the deletion customers are told of it.
    package static let deletionWarning = Duration.days(7)

    /// - Parameter subject: what it is about: an invoice, a subscription, a period.
    /// - Returns: what is stored, so that nothing is told twice.
    package func key(_ subject: String) -> String {
        let kind =
            switch self {
            case .receipt: "receipt"
            case .usage(let percent): "usage_\(percent)"
            case .paymentFailed(let day): "payment_failed_\(day)"
            case .suspended: "suspended"
            case .recovered: "recovered"
            case .planChanged: "plan_changed"
            case .trialEnding: "trial_ending"
            case .trialRefused: "trial_refused"
            case .cancelled: "cancelled"
            case .ended: "ended"
            case .deletionNear: "deletion_near"
            case .deleted: "deleted"
            }
        return "\(kind)/\(subject)"
    }
}
