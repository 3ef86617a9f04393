import Core

/// A Stripe made of values: subscriptions, invoices and a clock. Beside the invoices it keeps its own account of the units that
/// each payment brought, in other terms than the rules do, so that both can be compared.
struct StripeModel {
    struct Sub {
        let id: String
        var status: Subscription.Status = .active
        var tier: Tier
        var period: BillingFacts.Period
        var bills: [BillingFacts.Bill] = []
        var cancelsAtEnd = false
        var nextTier: Tier?
        var endedAt: Timestamp?
        var isPausing = false
        var cardWorks = true
        /// The upgrade that waits for this invoice.
        var pendingUpgrade: (bill: String, tier: Tier)?
        /// What each invoice brought: the period's start and units.
        var brought: [String: (period: Timestamp, units: Int)] = [:]
        /// The plan that each invoice brought.
        var plans: [String: Tier] = [:]
        /// Since when the present trouble with payments has lasted.
        var troubleSince: Timestamp?
        /// When the next automatic charge is due, of the youngest invoice.
        var chargeAt: Timestamp?
        var attempts = 0

        var isLive: Bool { status == .active || status == .pastDue || status == .trialing }
    }

    let plans = PlanTable.builtIn
    var now = Timestamp(seconds: 1_767_225_600)
    var subs: [Sub] = []
    var counter = 0
    /// Subscriptions that something has happened to, since it was last asked.
    var touched: [String] = []

    mutating func newID(_ prefix: String) -> String {
        counter += 1
        return "\(prefix)_\(counter)"
    }

    func facts(_ id: String) -> BillingFacts? {
        guard let sub = subs.first(where: { $0.id == id }) else { return nil }
        return BillingFacts(
            status: sub.status, tier: sub.tier, period: sub.period, cancelAt: sub.cancelsAtEnd ? sub.period.end : nil,
            endedAt: sub.endedAt, nextTier: sub.nextTier, invoices: sub.bills)
    }

    // MARK: What the rules must agree with

    /// Units that are paid for and weren't withdrawn, of a period.
    func paidUnits(_ sub: Sub, _ period: Timestamp) -> Int {
        var sum = 0
        for (id, part) in sub.brought where part.period == period {
            guard let bill = sub.bills.first(where: { $0.id == id }), bill.status == .paid, !bill.isGone else { continue }
            sum += part.units
        }
        return max(0, sum)
    }

    /// What the box should be because of this subscription.
    func wanted(_ sub: Sub) -> DesiredState? {
        guard sub.bills.contains(where: { $0.status == .paid }) else { return nil }
        switch sub.status {
        case .canceled: return now < (sub.endedAt ?? now) + .days(30) ? .suspended : .deleted
        case .active, .pastDue, .trialing:
            if sub.bills.contains(where: { $0.dispute == .open }) { return .suspended }
            let gross = sub.brought.contains { id, part in
                part.period == sub.period.start && part.units > 0
                    && sub.bills.contains { $0.id == id && $0.status == .paid && $0.isGone }
            }
            if paidUnits(sub, sub.period.start) == 0, gross { return .suspended }
            guard let since = sub.troubleSince else { return .running }
            return now < since + .days(7) ? .running : .suspended
        default: return .suspended
        }
    }

    // MARK: Payments

    /// - Parameter trial: how long it costs nothing; `nil`: the first month is paid at once.
    mutating func start(_ tier: Tier, trial: Duration? = nil) -> String {
        // No two in one second.
        pass(to: now + .seconds(1))
        let id = newID("sub")
        var sub = Sub(id: id, tier: tier, period: .init(start: now, end: now + (trial ?? .days(30))))
        if trial == nil {
            addBill(
                &sub, lines: [line(tier, sub.period, sign: 1, isProration: false)], status: .paid,
                units: plans[tier].monthlyUnits)
        } else {
            sub.status = .trialing
            let free = BillingFacts.Line(tier: tier, period: sub.period, amount: 0, isProration: false)
            addBill(&sub, lines: [free], status: .paid, units: plans.all[0].monthlyUnits / 10)
        }
        subs.append(sub)
        touched.append(id)
        return id
    }

    private func line(_ tier: Tier, _ period: BillingFacts.Period, sign: Int, isProration: Bool) -> BillingFacts.Line {
        .init(tier: tier, period: period, amount: sign * plans[tier].monthlyPrice, isProration: isProration)
    }

    @discardableResult
    private mutating func addBill(
        _ sub: inout Sub, lines: [BillingFacts.Line], status: BillingFacts.Bill.Status, units: Int, attempts: Int = 1
    ) -> String {
        let id = newID("in")
        sub.bills.append(
            .init(
                id: id, status: status, createdAt: now, attempts: attempts,
                total: max(0, lines.reduce(0) { $0 + $1.amount }),
                lines: lines))
        sub.brought[id] = (sub.period.start, units)
        sub.plans[id] = lines.last?.tier
        return id
    }

    mutating func change(_ id: String, _ body: (inout StripeModel, inout Sub) -> Void) {
        guard let index = subs.firstIndex(where: { $0.id == id }) else { return }
        var sub = subs[index]
        body(&self, &sub)
        subs[index] = sub
        touched.append(id)
    }

    /// Changes the plan within the period, the difference being settled at once.
    mutating func changeNow(_ id: String, to tier: Tier) {
        change(id) { model, sub in
            guard sub.status == .active, sub.pendingUpgrade == nil, tier != sub.tier, sub.troubleSince == nil,
                model.paidUnits(sub, sub.period.start) > 0
            else { return }
            let rest = BillingFacts.Period(start: model.now, end: sub.period.end)
            guard rest.end > rest.start else { return }
            let lines = [
                model.line(sub.tier, rest, sign: -1, isProration: true), model.line(tier, rest, sign: 1, isProration: true),
            ]
            let whole = Double(sub.period.end.milliseconds - sub.period.start.milliseconds)
            let share = Double(rest.end.milliseconds - rest.start.milliseconds) / whole
            // Nobody gets a part of a unit that isn't paid for: what is given is rounded down, what is taken back up.
            let difference = Double(model.plans[tier].monthlyUnits - model.plans[sub.tier].monthlyUnits)
            let units = Int((share * difference).rounded(.down))
            let isDearer = model.plans[tier].monthlyPrice > model.plans[sub.tier].monthlyPrice
            if !isDearer || sub.cardWorks {
                model.addBill(&sub, lines: lines, status: .paid, units: units)
                sub.tier = tier
            } else {
                sub.pendingUpgrade = (model.addBill(&sub, lines: lines, status: .open, units: units), tier)
            }
        }
    }

    mutating func pay(_ id: String) {
        change(id) { model, sub in
            guard let index = sub.bills.lastIndex(where: { $0.status == .open }), sub.isLive else { return }
            if let pending = sub.pendingUpgrade {
                guard pending.bill == sub.bills[index].id else { return }
                sub.tier = pending.tier
                sub.pendingUpgrade = nil
            }
            sub.bills[index].status = .paid
            sub.status = .active
            sub.troubleSince = nil
            sub.chargeAt = nil
        }
    }

    /// Has the first month begin before the trial was to end.
    mutating func endTrial(_ id: String) {
        pass(to: now + .seconds(1))
        change(id) { model, sub in
            if sub.status == .trialing, model.now > sub.period.start { model.renew(&sub) }
        }
    }

    mutating func cancelNow(_ id: String) {
        change(id) { model, sub in
            guard sub.isLive else { return }
            sub.status = .canceled
            sub.endedAt = model.now
            sub.chargeAt = nil
        }
    }

    /// Ends a subscription and gives back all that was paid for it.
    mutating func refund(_ id: String) {
        cancelNow(id)
        change(id) { _, sub in
            for index in sub.bills.indices where sub.bills[index].status == .paid { sub.bills[index].isRefunded = true }
        }
    }

    // MARK: Time

    mutating func pass(to end: Timestamp) {
        while let (index, moment) = next(), moment <= end {
            now = max(now, moment)
            turn(index)
        }
        now = end
    }

    private func next() -> (Int, Timestamp)? {
        var first: (Int, Timestamp)?
        for (index, sub) in subs.enumerated() where sub.isLive {
            let moment = min(sub.chargeAt ?? sub.period.end, sub.period.end)
            if first.map({ moment < $0.1 }) ?? true { first = (index, moment) }
        }
        return first
    }

    private mutating func turn(_ index: Int) {
        change(subs[index].id) { model, sub in
            if let chargeAt = sub.chargeAt, chargeAt <= model.now {
                model.charge(&sub)
            } else if sub.cancelsAtEnd {
                sub.status = .canceled
                sub.endedAt = model.now
            } else {
                model.renew(&sub)
            }
        }
    }

    private mutating func renew(_ sub: inout Sub) {
        if let pending = sub.pendingUpgrade, let index = sub.bills.firstIndex(where: { $0.id == pending.bill }) {
            sub.bills[index].status = .void
            sub.pendingUpgrade = nil
        }
        if sub.status == .trialing { sub.status = .active }
        if let next = sub.nextTier {
            sub.tier = next
            sub.nextTier = nil
        }
        sub.period = .init(start: now, end: now + .days(30))
        addBill(
            &sub, lines: [line(sub.tier, sub.period, sign: 1, isProration: false)], status: sub.isPausing ? .void : .draft,
            units: plans[sub.tier].monthlyUnits, attempts: 0)
        if sub.troubleSince == nil { sub.troubleSince = now }
        sub.attempts = 0
        sub.chargeAt = sub.isPausing ? nil : now + .hours(1)
    }

    private mutating func charge(_ sub: inout Sub) {
        sub.attempts += 1
        let index = sub.bills.count - 1
        sub.bills[index].attempts = sub.attempts
        if sub.cardWorks {
            sub.bills[index].status = .paid
            sub.status = .active
            sub.troubleSince = nil
            sub.chargeAt = nil
            return
        }
        sub.bills[index].status = .open
        sub.status = .pastDue
        let days: [Int64] = [3, 7, 14]
        if sub.attempts <= days.count {
            sub.chargeAt = sub.bills[index].createdAt + .hours(1) + .days(days[sub.attempts - 1])
        } else {
            sub.status = .canceled
            sub.endedAt = now
            sub.chargeAt = nil
        }
    }
}

extension BillingFacts.Bill {
    var isGone: Bool { isRefunded || dispute == .open || dispute == .lost }
}
