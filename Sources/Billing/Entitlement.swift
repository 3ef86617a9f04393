import Core

/// What a box's subscriptions entitle it to, taken together.
struct Entitlement: Sendable, Hashable {
    let desired: DesiredState
    /// The one that it follows from.
    let subscription: Subscription
}

extension Collection<Subscription> {
    /// One that lets the box run outweighs any that ended: who cancelled and subscribed again keeps the agent, however late
    /// the news about the former subscription comes.
    /// - Returns: `nil` while no first payment has been made.
    func entitlement(at now: Timestamp) -> Entitlement? {
        compactMap { subscription in
            subscription.entitlement(at: now).map { Entitlement(desired: $0, subscription: subscription) }
        }.max { ($0.desired.weight, $0.subscription) < ($1.desired.weight, $1.subscription) }
    }
}

extension DesiredState {
    fileprivate var weight: Int {
        switch self {
        case .draft: 0
        case .deleted: 1
        case .suspended: 2
        case .running: 3
        }
    }
}

private func < (left: (Int, Subscription), right: (Int, Subscription)) -> Bool {
    (left.0, left.1.periodStart, left.1.id) < (right.0, right.1.periodStart, right.1.id)
}
