import Core

/// What was paid for a subscription's period.
struct PeriodAccount: Sendable {
    let facts: BillingFacts
    let plans: PlanTable
    /// Units that were paid for, credits taken off.
    let paidUnits: Int
    /// The same, as if nothing had been withdrawn.
    private let grossUnits: Int
    /// The same for the period before, whose end is this one's start.
    private let wasPaidBefore: Bool
    /// The invoices that a payment is missing for, the oldest first; those that a later payment has left behind aren't among them.
    let failing: [BillingFacts.Bill]
    /// When the oldest period began that hasn't been paid since the last one that was.
    private let oldestUnpaid: Timestamp?

    init(_ facts: BillingFacts, plans: PlanTable) {
        self.facts = facts
        self.plans = plans
        let paid = facts.invoices.filter { $0.status == .paid }
        let standing = paid.filter { !$0.isWithdrawn }
        paidUnits = Self.units(standing, facts.period, plans)
        grossUnits = Self.units(paid, facts.period, plans)
        wasPaidBefore = standing.contains { bill in
            bill.lines.contains { $0.amount > 0 && !$0.isProration && $0.period.end == facts.period.start }
        }
        let lastPaid = paid.filter { bill in bill.lines.contains { !$0.isProration } }.map(\.createdAt).max()
        let later = facts.invoices.filter { bill in lastPaid.map { bill.createdAt > $0 } ?? true }
        oldestUnpaid = later.filter { bill in bill.status != .paid && bill.lines.contains { !$0.isProration } }
            .map(\.createdAt).min()
        failing = later.filter(\.isFailing)
            .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    private var isPaid: Bool { paidUnits > 0 }

    // MARK: Units

    /// What may be used in the period. Never more than the plan has, unless that much is used already.
    /// - Parameter previous: the use of the period before.
    func limit(current: Quota?, previous: Quota?) -> Int {
        guard isPaid else { return withdrawal == nil ? unpaidLimit(previous) : 0 }
        return min(paidUnits, max(current?.used ?? 0, plans[facts.tier].monthlyUnits))
    }

    /// What is left of the period before, and a little more once, so that the agent can go on while the payment is mended.
    private func unpaidLimit(_ previous: Quota?) -> Int {
        guard let previous else { return 0 }
        return max(0, previous.limit - previous.used - previous.reserved)
            + (wasPaidBefore ? plans[facts.tier].graceUnits : 0)
    }

    /// Units that a credit was given for although they are used.
    func usedBeyondCredit(_ current: Quota?) -> Int {
        let hasCredit = facts.invoices.contains { bill in
            bill.status == .paid && bill.lines.contains { $0.amount < 0 && $0.period.overlap(facts.period) > .zero }
        }
        return hasCredit && isPaid ? max(0, (current?.used ?? 0) - paidUnits) : 0
    }

    /// A trial brings its stated units, in its own period alone, though it was to last into a month that began earlier.
    private static func units(_ bills: [BillingFacts.Bill], _ period: BillingFacts.Period, _ plans: PlanTable) -> Int {
        let lines = bills.flatMap(\.lines)
        let isTrial = lines.contains { $0.isTrial && $0.period.start == period.start }
        return max(0, lines.reduce(isTrial ? plans.trialUnits : 0) { $0 + units($1, period, plans) })
    }

    private static func units(_ line: BillingFacts.Line, _ period: BillingFacts.Period, _ plans: PlanTable) -> Int {
        guard let tier = line.tier, line.amount != 0 else { return 0 }
        let covered = line.period.overlap(period).components.seconds
        let whole = max(.seconds(1), period.length).components.seconds
        guard covered > 0 else { return 0 }
        let units = Int64(plans[tier].monthlyUnits) * min(covered, whole)
        // What is taken back is rounded up, what is given down.
        return Int(line.amount < 0 ? -((units + whole - 1) / whole) : units / whole)
    }

    /// The plan that the agent has: the subscription's, but none that costs more than what was paid for.
    var tier: Tier {
        let paid = facts.invoices.filter { $0.status == .paid && !$0.isWithdrawn }
        let inPeriod = paid.flatMap(\.lines).filter { $0.period.overlap(facts.period) > .zero && $0.amount >= 0 }
        let latest = paid.max { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }?.tier
        let dearest = (inPeriod.isEmpty ? [latest] : inPeriod.map(\.tier)).compactMap { $0 }.max(by: costsLess)
        guard let dearest else { return facts.tier }
        return costsLess(dearest, facts.tier) ? dearest : facts.tier
    }

    private func costsLess(_ left: Tier, _ right: Tier) -> Bool { plans[left].monthlyPrice < plans[right].monthlyPrice }

    // MARK: What is missing

    /// Since when a payment has been missing; `nil` if none is.
    var unpaidSince: Timestamp? {
        guard facts.status == .pastDue || !isPaid, facts.wasEverPaid else { return nil }
        return [failing.first?.createdAt, oldestUnpaid].compactMap { $0 }.min() ?? (isPaid ? nil : facts.period.start)
    }

    var withdrawal: Subscription.Withdrawal? {
        if facts.invoices.contains(where: { $0.dispute == .open }) { return .disputed }
        guard !isPaid, grossUnits > 0 else { return nil }
        let gone = facts.invoices.filter { bill in
            bill.status == .paid && bill.isWithdrawn && bill.lines.contains { $0.period.overlap(facts.period) > .zero }
        }
        return gone.contains { $0.dispute == .lost } ? .disputeLost : .refunded
    }
}
