import Core

extension BillingRules {
    /// What happened longer ago than this isn't told any more: after an outage, or an update of the platform.
    static let newsLifetime = Duration.days(3)

    /// Fills in what is to be told.
    func decide(
        _ decision: inout BillingDecision, _ facts: BillingFacts, _ account: PeriodAccount, stored: Subscription,
        current: Quota?, told: Set<String>, isReplaced: Bool, _ now: Timestamp
    ) {
        let subscription = decision.subscription
        var pad = NoticePad(told: told, now: now)
        for bill in facts.invoices.sorted(by: { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }) where bill.status == .paid {
            if bill.total > 0 { pad.tell(.receipt(invoice: bill.id), bill.id, since: bill.paidAt ?? bill.createdAt) }
        }
        tellPlanChanges(facts, &pad)
        tellTrial(decision, &pad)
        tellMissingPayment(subscription, account, facts, &pad)
        if subscription.status.isLive, let cancelAt = subscription.cancelAt, cancelAt > now, subscription.withdrawal == nil {
            pad.tell(.cancelled, "\(subscription.stripeID)/\(cancelAt.milliseconds)")
        }
        if subscription.status == .canceled, !isReplaced, let endedAt = subscription.endedAt {
            tellEnd(endedAt, subscription, &pad)
        }
        decision.notices = pad.notices
        decision.skipped = pad.skipped
        decision.alerts = alerts(facts, account, current: current, told: told, now)
    }

    /// An invoice for another plan than the one before it.
    private func tellPlanChanges(_ facts: BillingFacts, _ pad: inout NoticePad) {
        let paid = facts.invoices.filter { $0.status == .paid && $0.tier != nil }
            .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        for (before, after) in zip(paid, paid.dropFirst()) {
            guard let from = before.tier, let to = after.tier, from != to else { continue }
            pad.tell(.planChanged(from: from, to: to), after.id, since: after.paidAt ?? after.createdAt)
        }
    }

    private func tellTrial(_ decision: BillingDecision, _ pad: inout NoticePad) {
        let subscription = decision.subscription
        if decision.refusesTrial {
            pad.tell(.trialRefused, subscription.stripeID)
            // What follows at Stripe was said with that.
            pad.skip(.ended, subscription.stripeID)
        } else if subscription.status == .trialing, subscription.cancelAt == nil,
            pad.now >= subscription.periodEnd - Notice.trialWarning, pad.now < subscription.periodEnd
        {
            pad.tell(.trialEnding, "\(subscription.stripeID)/\(subscription.periodEnd.milliseconds)")
        }
    }

    private func tellMissingPayment(
        _ subscription: Subscription, _ account: PeriodAccount, _ facts: BillingFacts, _ pad: inout NoticePad
    ) {
        if let failing = account.failing.first, let since = subscription.pastDueSince {
            let age = pad.now - since
            if age < Subscription.gracePeriod {
                // The latest of the days that have come; those before it aren't told any more.
                let days = Notice.paymentDays.filter { age >= .days(Int64($0)) }
                for day in days.dropLast() { pad.skip(.paymentFailed(day: day), failing.id) }
                if let day = days.last { pad.tell(.paymentFailed(day: day), failing.id) }
            } else {
                pad.tell(.suspended, failing.id, since: since + Subscription.gracePeriod)
            }
        }
        if subscription.status.isLive, subscription.withdrawal != nil {
            let gone = facts.invoices.filter(\.isWithdrawn).max { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
            if let gone { pad.tell(.suspended, gone.id + "/withdrawn") }
        }
        guard subscription.status.isLive, subscription.pastDueSince == nil, subscription.withdrawal == nil else { return }
        for bill in facts.invoices where bill.status == .paid {
            let keys =
                Notice.paymentDays.map { Notice.paymentFailed(day: $0).key(bill.id) } + [Notice.suspended.key(bill.id)]
            if keys.contains(where: pad.told.contains) { pad.tell(.recovered, bill.id) }
            if pad.told.contains(Notice.suspended.key(bill.id + "/withdrawn")), !bill.isWithdrawn {
                pad.tell(.recovered, bill.id + "/withdrawn")
            }
        }
    }

    private func tellEnd(_ endedAt: Timestamp, _ subscription: Subscription, _ pad: inout NoticePad) {
        let id = subscription.stripeID
        pad.tell(.ended, id, since: endedAt)
        let deletion = endedAt + Subscription.retention
        if pad.now >= deletion {
            pad.tell(.deleted, id, since: deletion)
        } else if pad.now >= deletion - Notice.deletionWarning {
            pad.tell(.deletionNear, id)
        }
    }

    private func alerts(
        _ facts: BillingFacts, _ account: PeriodAccount, current: Quota?, told: Set<String>, _ now: Timestamp
    ) -> [BillingDecision.Due<HostAlert>] {
        var alerts: [BillingDecision.Due<HostAlert>] = []
        func alert(_ alert: HostAlert, _ key: String) {
            if !told.contains(key) { alerts.append(.init(message: alert, key: key)) }
        }
        for bill in facts.invoices.sorted(by: { $0.id < $1.id }) {
            switch bill.dispute {
            case .open: alert(.disputed(invoice: bill.id), "host/disputed/\(bill.id)")
            case .lost: alert(.disputeLost(invoice: bill.id), "host/dispute_lost/\(bill.id)")
            case .won: alert(.disputeWon(invoice: bill.id), "host/dispute_won/\(bill.id)")
            case nil: break
            }
            if bill.isRefunded { alert(.refunded(invoice: bill.id), "host/refunded/\(bill.id)") }
        }
        let units = account.usedBeyondCredit(current)
        if units > 0 {
            alert(.usedBeyondCredit(units: units), "host/used_beyond_credit/\(facts.period.start.milliseconds)")
        }
        return alerts
    }
}

/// Collects what is to be told, each thing once.
private struct NoticePad {
    let told: Set<String>
    let now: Timestamp
    var notices: [BillingDecision.Due<Notice>] = []
    var skipped: [String] = []

    /// - Parameter since: when it happened, where it is no news after a while.
    mutating func tell(_ notice: Notice, _ subject: String, since: Timestamp? = nil) {
        let key = notice.key(subject)
        guard !told.contains(key) else { return }
        if let since, now - since >= BillingRules.newsLifetime { return skipped.append(key) }
        notices.append(.init(message: notice, key: key))
    }

    mutating func skip(_ notice: Notice, _ subject: String) {
        let key = notice.key(subject)
        if !told.contains(key) { skipped.append(key) }
    }
}
