import Billing
import Core
import HTTPSupport
import Hummingbird
import Jobs

/// `/dashboard/plan`: the plans, what changing to one costs, and the change. `/dashboard/return`: an ended agent comes back.
struct PlanRoutes: Sendable {
    let site: Site
    let queue: WorkQueue
    let billing: BillingService
    let limits: CustomerLimits
    let views: BoxViews

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/dashboard/plan", use: show)
        group.post("/dashboard/plan", use: change)
        group.post("/dashboard/return", use: bringBack)
    }

    private func show(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else { return .redirect(to: "/login") }
        guard let snapshot = try await BoxSnapshot.load(customer.id, from: queue), let subscription = snapshot.subscription
        else { return .redirect(to: "/chat") }
        let texts = site.texts(context.language)
        guard let tier = request.uri.queryParameters["to"].flatMap({ Tier(rawValue: String($0)) }) else {
            return site.response(PlanChangePage(subscription, views: views, texts: texts), context: context)
        }
        try await limits.portals.check(customer.id.rawValue)
        let change = try await billing.preview(tier, for: customer.id)
        return site.response(PlanChangePage(tier, change, views: views, texts: texts), context: context)
    }

    private struct Fields: Decodable {
        let tier: String
        let moment: String?
    }

    private func change(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        try await limits.portals.check(customer.id.rawValue)
        let fields = try await request.form(Fields.self, context: context)
        guard let tier = Tier(rawValue: fields.tier) else {
            throw DomainError(.invalid, code: "malformed_form", "A field of the form is missing or malformed.")
        }
        let moment = fields.moment.flatMap { Int64($0) }.map(Timestamp.init(milliseconds:))
        let page = try await billing.change(to: tier, for: customer.id, moment: moment)
        return .redirect(to: page ?? "/dashboard")
    }

    private func bringBack(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        try await limits.portals.check(customer.id.rawValue)
        return .redirect(to: "/checkout/\(try await billing.bringBack(customer.id).id)")
    }
}

/// The plans with a way to each, or one offer to agree to.
struct PlanChangePage: PageModel {
    static let template = "plan_change"
    static let isForCustomers = true

    let plans: [Row]
    let offer: [Offer]

    struct Row: Sendable {
        let name: String
        let facts: String
        let isCurrent: Bool
        let note: String?
        let link: String?
        let label: String
    }

    struct Offer: Sendable {
        let title: String
        let text: String
        let tier: String
        let moment: String
        let label: String
    }

    init(_ subscription: Subscription, views: BoxViews, texts: Texts) {
        offer = []
        plans = views.plans.all.map { plan in
            let isCurrent = plan.tier == subscription.tier
            let isNext = plan.tier == subscription.nextTier
            let isBound = isCurrent && subscription.nextTier == nil || isNext
            return Row(
                name: plan.name,
                facts: texts(
                    "plan_row", ["price": texts.dollars(plan.monthlyPrice), "messages": texts.number(plan.dailyMessages)]),
                isCurrent: isCurrent,
                note: isNext ? texts("plan_next", ["date": texts.date(subscription.periodEnd)]) : nil,
                link: isBound ? nil : "/dashboard/plan?to=\(plan.tier.rawValue)",
                label: isCurrent ? texts["plan_keep"] : texts("plan_change_to", ["plan": plan.name]))
        }
    }

    init(_ tier: Tier, _ change: PlanChange, views: BoxViews, texts: Texts) {
        plans = []
        let plan = views.plans[tier]
        var moment = ""
        let text: String
        let label: String
        switch change {
        case .upgrade(let amount, _, let at):
            moment = String(at.milliseconds)
            text = texts(
                "plan_upgrade_text", ["amount": texts.dollars(amount), "price": texts.dollars(plan.monthlyPrice)])
            label = texts("plan_upgrade", ["amount": texts.dollars(amount)])
        case .downgrade(let at):
            text = texts(
                "plan_downgrade_text", ["date": texts.date(at), "price": texts.dollars(plan.monthlyPrice)])
            label = texts("plan_downgrade", ["date": texts.date(at)])
        case .keep:
            text = texts("plan_keep_text", ["plan": plan.name])
            label = texts["plan_keep"]
        }
        offer = [Offer(title: plan.name, text: text, tier: tier.rawValue, moment: moment, label: label)]
    }
}
