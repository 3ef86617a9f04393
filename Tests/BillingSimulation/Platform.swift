import Core

/// Our side, made of values as well: what the convergence would store, with the rules of the product deciding.
struct Platform {
    let rules = BillingRules(plans: .builtIn)
    let customerID: Customer.ID
    let boxID: Box.ID
    private let ids: IdentifierSource
    private var rows: [String: Subscription] = [:]
    var quotas: [Timestamp: Quota] = [:]
    var told: Set<String> = []
    /// All that was sent, in its order.
    var sent: [String] = []
    var desired: DesiredState = .draft
    var tier: Tier = .starter
    /// How often each period was opened.
    var openings: [Timestamp: Int] = [:]
    var provisions = 0

    init(ids: IdentifierSource) {
        self.ids = ids
        customerID = ids.next()
        boxID = ids.next()
    }

    /// Fetches and writes what follows, as `Convergence` does.
    /// - Returns: whether the subscription is to be ended and refunded: it was paid for an agent that is deleted.
    mutating func converge(_ id: String, _ stripe: StripeModel) -> Bool {
        guard let facts = stripe.facts(id) else { return false }
        let now = stripe.now
        let stored = rows[id]
        let identity = Subscription(
            id: stored?.id ?? ids.next(), customerID: customerID, boxID: boxID, tier: facts.tier, stripeID: id,
            stripeItemID: "si", status: facts.status, periodStart: facts.period.start, periodEnd: facts.period.end,
            endedAt: stored?.endedAt)
        let others = rows.values.filter { $0.stripeID != id }
        let decision = rules.decide(
            facts, stored: identity, current: quotas[facts.period.start],
            previous: quotas.values.first { $0.periodEnd == facts.period.start }, told: told,
            isReplaced: others.entitlement(at: now)?.desired == .running, at: now)
        rows[id] = decision.subscription
        if let limit = decision.limit { set(limit) }
        if desired != .deleted, let entitlement = rows.values.entitlement(at: now) {
            if desired != .running, entitlement.desired == .running { provisions += 1 }
            desired = entitlement.desired
            if desired == .running, entitlement.subscription.stripeID == id { tier = decision.tier }
        }
        sent += decision.notices.map(\.key) + decision.alerts.map(\.key)
        told.formUnion(sent + decision.skipped)
        return desired == .deleted && stored?.entitlement(at: now) == nil
            && decision.subscription.status.isLive
    }

    private mutating func set(_ limit: BillingDecision.Limit) {
        let old = quotas[limit.period.start]
        if old == nil { openings[limit.period.start, default: 0] += 1 }
        quotas[limit.period.start] = Quota(
            periodStart: limit.period.start, periodEnd: limit.period.end, limit: limit.units, used: old?.used ?? 0,
            reserved: 0)
    }

    func due(_ now: Timestamp) -> [String] {
        rows.values.filter { $0.lookAt.map { $0 <= now } ?? false }.map(\.stripeID).sorted()
    }

    /// Whether the subscription has a row.
    func knows(_ id: String) -> Bool { rows[id] != nil }

    func quota(at now: Timestamp) -> Quota? {
        quotas.values.filter { $0.periodStart <= now && now < $0.periodEnd }.max { $0.periodStart < $1.periodStart }
    }

    /// The proxy: gives what there is while the agent is to run.
    mutating func use(_ units: Int, at now: Timestamp) -> Quota? {
        guard desired == .running, let quota = quota(at: now) else { return nil }
        let used = quota.used + min(units, quota.available)
        let changed = Quota(
            periodStart: quota.periodStart, periodEnd: quota.periodEnd, limit: quota.limit, used: used, reserved: 0)
        quotas[quota.periodStart] = changed
        return changed
    }
}
