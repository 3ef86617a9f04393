import Core

/// One random life of a customer: what they, the host, the bank and time do, with events that come late, twice, or never.
struct Schedule {
    private var stripe = StripeModel()
    private var ours: Platform
    private var random: SplitMix64
    private var onTheirWay: [String] = []
    /// Subscriptions whose row isn't what Stripe says.
    private var stale: Set<String> = []
    /// The most that was ever paid for in a period.
    private var highest: [Timestamp: Int] = [:]
    private(set) var violations: [String] = []
    private(set) var log: [String] = []

    init(seed: UInt64) {
        random = SplitMix64(state: seed)
        let ids = IdentifierSource.random(clock: WallClock { Timestamp(seconds: 1_767_225_600) })
        ours = Platform(ids: ids)
    }

    mutating func run() {
        _ = stripe.start(pick(Tier.allCases), trial: pick([nil, .days(1), .days(7), .days(14), .days(45)]))
        absorb()
        for _ in 0..<Int.random(in: 5...60, using: &random) where violations.isEmpty && ours.desired != .deleted {
            step()
            absorb()
        }
        settle()
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    private var live: StripeModel.Sub? { stripe.subs.last { $0.isLive } }

    private mutating func step() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<22: pass()
        case 22..<45: deliver()
        case 45..<60: use()
        case 60..<66: sweep()
        default: act()
        }
    }

    private mutating func pass() {
        let durations: [Duration] = [
            .seconds(60), .hours(1), .hours(2), .hours(20), .days(1), .days(3), .days(4), .days(8), .days(15), .days(31),
        ]
        let end = stripe.now + pick(durations)
        log.append("time passes until \(end)")
        // In the product a sweep comes each minute: nothing is overdue for long. So the long steps are taken in parts.
        while stripe.now < end {
            stripe.pass(to: min(end, stripe.now + .hours(6)))
            absorb()
            sweep()
        }
    }

    private mutating func absorb() {
        for id in stripe.touched {
            stale.insert(id)
            // One in ten never comes; a sweep finds what it said.
            if Int.random(in: 0..<10, using: &random) > 0 { onTheirWay.append(id) }
            if Int.random(in: 0..<4, using: &random) == 0 { onTheirWay.append(id) }
        }
        stripe.touched = []
        for sub in stripe.subs {
            highest[sub.period.start] = max(highest[sub.period.start] ?? 0, bound(sub))
        }
    }

    private mutating func converge(_ id: String) {
        if ours.converge(id, stripe) { stripe.refund(id) }
        stale.remove(id)
        checkNow(id)
    }

    private mutating func deliver() {
        guard !onTheirWay.isEmpty else { return }
        converge(onTheirWay.remove(at: Int.random(in: 0..<onTheirWay.count, using: &random)))
    }

    private mutating func sweep() {
        for id in ours.due(stripe.now) { converge(id) }
        // The hourly look asks for every payment page, so that it finds the subscriptions that no event told of.
        for sub in stripe.subs where !ours.knows(sub.id) { converge(sub.id) }
    }

    /// What may be used in the subscription's period: what is paid for, or else what is left and the stated allowance.
    private func bound(_ sub: StripeModel.Sub) -> Int {
        guard sub.isLive else { return 0 }
        let paid = stripe.paidUnits(sub, sub.period.start)
        if paid > 0 { return paid }
        guard let before = ours.quotas.values.first(where: { $0.periodEnd == sub.period.start }) else { return 0 }
        let wasPaid = sub.bills.contains { bill in
            bill.status == .paid && !bill.isGone && bill.total > 0
                && sub.brought[bill.id].map { $0.period == before.periodStart && $0.units > 0 } ?? false
        }
        return max(0, before.limit - before.used) + (wasPaid ? stripe.plans[sub.tier].monthlyUnits / 30 : 0)
    }

    private mutating func use() {
        let before = ours.quota(at: stripe.now)?.used ?? 0
        guard let quota = ours.use(Int.random(in: 1...70_000_000, using: &random), at: stripe.now) else { return }
        log.append("\(quota.used - before) units are used, \(quota.used) of \(quota.limit)")
        guard let sub = stripe.subs.last(where: { $0.period.start == quota.periodStart }) else { return }
        // A unit for each rounding.
        if quota.used > (highest[quota.periodStart] ?? 0) + 2 * sub.bills.count {
            violations.append("over the limit: \(quota.used) used, \(highest[quota.periodStart] ?? 0) paid for at most")
        }
        if !stale.contains(sub.id), quota.used > max(before, bound(sub) + 2 * sub.bills.count) {
            violations.append("over the limit: \(quota.used) used, \(bound(sub)) paid for now")
        }
    }

    // MARK: What people do

    private mutating func act() {
        guard let sub = live else {
            guard Int.random(in: 0..<3, using: &random) == 0, ours.desired != .deleted else { return }
            log.append("the customer returns")
            _ = stripe.start(pick(Tier.allCases))
            return
        }
        let id = sub.id
        let tier = pick(Tier.allCases)
        switch Int.random(in: 0..<18, using: &random) {
        case 0...3:
            log.append("\(sub.tier) -> \(tier) now")
            stripe.changeNow(id, to: tier)
        case 4: stripe.change(id) { _, sub in sub.nextTier = tier == sub.tier ? nil : tier }
        case 5: stripe.change(id) { _, sub in sub.cancelsAtEnd.toggle() }
        case 6:
            log.append("cancelled at once")
            stripe.cancelNow(id)
        case 7, 8: stripe.change(id) { _, sub in sub.cardWorks = false }
        case 9, 10:
            stripe.change(id) { _, sub in sub.cardWorks = true }
            if Bool.random(using: &random) { stripe.pay(id) }
        case 11: stripe.pay(id)
        case 12: withdraw(id) { $0.isRefunded = true }
        case 13: withdraw(id) { $0.dispute = .open }
        case 14: decide(id)
        case 16: stripe.endTrial(id)
        case 15: stripe.change(id) { _, sub in sub.isPausing.toggle() }
        default:
            log.append("subscribed twice")
            if stripe.subs.count(where: \.isLive) < 2 { _ = stripe.start(tier) }
        }
    }

    private mutating func withdraw(_ id: String, _ body: (inout BillingFacts.Bill) -> Void) {
        log.append("a payment goes back")
        stripe.change(id) { _, sub in
            guard let index = sub.bills.lastIndex(where: { $0.status == .paid && !$0.isGone && $0.total > 0 }) else {
                return
            }
            body(&sub.bills[index])
        }
    }

    private mutating func decide(_ id: String) {
        let isWon = Bool.random(using: &random)
        log.append("the dispute is \(isWon ? "won" : "lost")")
        stripe.change(id) { _, sub in
            for index in sub.bills.indices where sub.bills[index].dispute == .open {
                sub.bills[index].dispute = isWon ? .won : .lost
            }
        }
    }

    // MARK: What must hold

    private mutating func checkNow(_ id: String) {
        if Set(ours.sent).count != ours.sent.count { violations.append("told twice: \(ours.sent.last ?? "")") }
        if let twice = ours.openings.first(where: { $0.value > 1 }) {
            violations.append("a period was opened twice: \(twice)")
        }
    }

    /// Everything arrives; then the box must be what Stripe's truth says.
    private mutating func settle() {
        for id in onTheirWay + stripe.subs.map(\.id) { converge(id) }
        for id in stripe.subs.map(\.id) { converge(id) }
        let expected = stripe.subs.compactMap { stripe.wanted($0) }.max { weight($0) < weight($1) } ?? .draft
        if ours.desired != expected, ours.desired != .deleted {
            violations.append("wrong final state: the box is \(ours.desired), and should be \(expected)")
        }
        if ours.desired == .deleted, let live {
            violations.append("a deleted agent is paid for: \(live)")
        }
        let running = stripe.subs.filter { stripe.wanted($0) == .running }
        if ours.desired == .running, running.count == 1, let sub = running.first,
            stripe.paidUnits(sub, sub.period.start) > 0
        {
            let paid = sub.bills.filter { $0.status == .paid && !$0.isGone }.compactMap { sub.plans[$0.id] }
            let dearest = paid.map { stripe.plans[$0].monthlyPrice }.max() ?? 0
            if stripe.plans[ours.tier].monthlyPrice > dearest {
                violations.append("the box has the plan \(ours.tier), which wasn't paid for: \(sub)")
            }
            let limit = ours.quotas[sub.period.start]?.limit ?? 0
            let due = min(bound(sub), max(stripe.plans[sub.tier].monthlyUnits, ours.quotas[sub.period.start]?.used ?? 0))
            // Each change within the period rounds twice.
            if abs(limit - due) > 2 * sub.bills.count { violations.append("wrong limit: \(limit), and \(due) is paid for") }
        }
        checkNotices()
    }

    private func weight(_ state: DesiredState) -> Int {
        switch state {
        case .draft: 0
        case .deleted: 1
        case .suspended: 2
        case .running: 3
        }
    }

    /// Who is in trouble now has been told of it.
    private mutating func checkNotices() {
        for sub in stripe.subs {
            if sub.status == .canceled, let endedAt = sub.endedAt, live == nil, stripe.now < endedAt + .days(3),
                !ours.told.contains("ended/\(sub.id)"), sub.bills.contains(where: { $0.status == .paid })
            {
                violations.append(
                    "nobody was told that \(sub.id) ended at \(endedAt); the box is \(ours.desired), told \(ours.sent)")
            }
            let warned = "trial_ending/\(sub.id)/\(sub.period.end.milliseconds)"
            if sub.status == .trialing, !sub.cancelsAtEnd, stripe.now >= sub.period.end - .days(3),
                !ours.told.contains(warned)
            {
                violations.append("nobody was told that the trial ends at \(sub.period.end)")
            }
            guard sub.status == .pastDue, stripe.wanted(sub) == .running, let bill = sub.bills.last, bill.status == .open,
                let since = sub.troubleSince
            else { continue }
            let day = [0, 3, 6].last { stripe.now - since >= .days(Int64($0)) } ?? 0
            if !ours.told.contains(where: { $0.hasPrefix("payment_failed_\(day)/") }) {
                violations.append("nobody was told that a payment is missing for \(day) days")
            }
        }
    }
}

/// SplitMix64: the same seed gives the same life.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
