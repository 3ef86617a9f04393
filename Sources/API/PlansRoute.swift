import Core
import HTTPSupport
import HTTPTypes
import Hummingbird

/// `GET /v1/plans`: what is on sale; open to everyone.
struct PlansRoute: Sendable {
    let plans: PlanTable

    func add(to router: RouterGroup<AppRequestContext>) {
        router.get("/v1/plans") { _, _ in
            try Response(json: ["data": plans.all.map(PlanBody.init)])
        }
    }
}

/// A plan, as the API shows it: what customers care about, not how it is kept.
struct PlanBody: Encodable, Sendable {
    let tier: Tier
    let name: String
    let currency = "usd"
    /// In cents.
    let monthlyPriceCents: Int
    let monthlyUnits: Int
    /// About how many messages a day that is.
    let dailyMessages: Int
    let telegramUsers: Int
    let ownInstructions: Bool
    let support: Plan.Support

    private enum CodingKeys: String, CodingKey {
        case tier, name, currency, monthlyPriceCents, monthlyUnits, dailyMessages, telegramUsers
        case ownInstructions, support
    }

    init(_ plan: Plan) {
        tier = plan.tier
        name = plan.name
        monthlyPriceCents = plan.monthlyPrice
        monthlyUnits = plan.monthlyUnits
        dailyMessages = plan.dailyMessages
        telegramUsers = plan.telegramUsers
        ownInstructions = plan.ownInstructions
        support = plan.support
    }
}
