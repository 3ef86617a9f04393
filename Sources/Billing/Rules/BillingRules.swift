package import Core

/// The rules of money: from what Stripe says, what was used and the time to what should be so. No I/O, no clock of its own.
///
/// - A period's limit is what was paid for it: each paid line brings its plan's units by the share of the period that it covers,
///   each credit takes them back. So an upgrade brings the larger plan's units for the rest of the period, once it is paid.
/// - While a period's invoice isn't paid, there is what is left of the period before, and ``Plan/graceUnits`` once, if that period
///   was paid for.
/// - A free trial has ``PlanTable/trialUnits``, and is over for good with whoever has had a subscription.
/// - An agent runs on for ``Subscription/gracePeriod`` while a payment is missing, and stops at once when one is withdrawn.
package struct BillingRules: Sendable {
    let plans: PlanTable

    package init(plans: PlanTable) {
        self.plans = plans
    }

    /// - Parameters:
    ///   - facts: what Stripe says now.
    ///   - stored: whose subscription it is, with what is known of it.
    ///   - current: the use of the facts' period; `nil` before there is any.
    ///   - previous: the use of the period before.
    ///   - told: the keys of what has been told.
    ///   - isReplaced: whether another subscription lets the box run.
    ///   - isReturning: whether the person has had another subscription, and so no trial.
    package func decide(
        _ facts: BillingFacts, stored: Subscription, current: Quota?, previous: Quota?, told: Set<String>,
        isReplaced: Bool = false, isReturning: Bool = false, at now: Timestamp
    ) -> BillingDecision {
        let account = PeriodAccount(facts, plans: plans)
        var subscription = stored
        subscription.tier = facts.tier
        subscription.periodStart = facts.period.start
        subscription.periodEnd = facts.period.end
        subscription.cancelAt = facts.cancelAt
        subscription.nextTier = facts.nextTier
        // Stripe calls a subscription active while an asynchronous first payment is under way; nothing is paid yet.
        let isRefused = facts.status == .trialing && isReturning
        subscription.status = facts.isLive && !facts.wasEverPaid || isRefused ? .incomplete : facts.status
        subscription.endedAt = facts.endedAt ?? (facts.status == .canceled ? stored.endedAt ?? now : nil)
        subscription.withdrawal = facts.isLive ? account.withdrawal : nil
        subscription.pastDueSince = facts.isLive && account.withdrawal == nil ? account.unpaidSince : nil
        subscription.paymentURL = facts.isLive ? account.failing.first?.url : nil
        subscription.lookAt = lookAt(subscription, account, isReplaced: isReplaced, now)

        var decision = BillingDecision(subscription: subscription, tier: account.tier, refusesTrial: isRefused)
        if subscription.status != .incomplete, subscription.status != .incompleteExpired {
            decision.limit = BillingDecision.Limit(
                period: .init(
                    start: facts.period.start,
                    // One that ended has no use any more, from its end on.
                    end: max(facts.period.start, min(facts.period.end, subscription.endedAt ?? facts.period.end))),
                units: account.limit(current: current, previous: previous))
        }
        decide(&decision, facts, account, stored: stored, current: current, told: told, isReplaced: isReplaced, now)
        return decision
    }

    /// When the clock alone may change what follows.
    private func lookAt(
        _ subscription: Subscription, _ account: PeriodAccount, isReplaced: Bool, _ now: Timestamp
    ) -> Timestamp? {
        var moments: [Timestamp] = []
        switch subscription.status {
        case .incompleteExpired: return nil
        case .incomplete, .unpaid, .paused: moments = [now + .days(1)]
        case .trialing, .active, .pastDue:
            moments = [subscription.periodEnd, now + .days(1)]
            if subscription.status == .trialing { moments.append(subscription.periodEnd - Notice.trialWarning) }
            if let since = subscription.pastDueSince {
                moments += Notice.paymentDays.map { since + .days(Int64($0)) } + [since + Subscription.gracePeriod]
                // Stripe takes its time to charge for a period that has begun.
                if account.failing.isEmpty { moments.append(now + .hours(1)) }
            }
        case .canceled:
            if isReplaced { return nil }
            let deletion = (subscription.endedAt ?? now) + Subscription.retention
            moments = [deletion - Notice.deletionWarning, deletion]
        }
        let next = moments.filter { $0 > now }.min()
        // A period that is over though Stripe hasn't begun the next one.
        if subscription.status.isLive, subscription.periodEnd <= now { return now + .seconds(60) }
        return next
    }
}

extension Subscription.Status {
    /// Whether Stripe goes on with the subscription by itself.
    var isLive: Bool { self == .trialing || self == .active || self == .pastDue }
}

extension BillingFacts {
    var isLive: Bool { status.isLive }
    /// When the first invoice that was paid was made.
    var firstPayment: Timestamp? { invoices.filter { $0.status == .paid }.map(\.createdAt).min() }
    var wasEverPaid: Bool { invoices.contains { $0.status == .paid } }
}
