import Core

/// A plan as it is offered, on the landing page and in the chat.
struct PlanCard: Sendable {
    /// `starter`, `pro` or `team`, for links.
    let tier: String
    let name: String
    let price: String
    let period: String
    let facts: [String]
    let isRecommended: Bool
    /// Why it stands out.
    let recommendation: String
    /// What the button says.
    let action: String

    init(_ plan: Plan, isRecommended: Bool, recommendation: String, action: String, texts: Texts) {
        tier = plan.tier.rawValue
        name = plan.name
        price = texts.dollars(plan.monthlyPrice)
        period = texts["plan_period"]
        facts = Self.facts(plan, texts)
        self.isRecommended = isRecommended
        self.recommendation = recommendation
        self.action = action
    }

    private static func facts(_ plan: Plan, _ texts: Texts) -> [String] {
        var facts = [texts("plan_messages", ["messages": texts.number(plan.dailyMessages)])]
        switch plan.thinking {
        case "off": facts.append(texts["plan_thinking_off"])
        case "low": facts.append(texts["plan_thinking_low"])
        case "high": facts.append(texts["plan_thinking_high"])
        default: facts.append(texts["plan_thinking_medium"])
        }
        facts.append(texts("plan_storage", ["size": texts.number(plan.resources.volume)]))
        switch plan.support {
        case .community: facts.append(texts["plan_support_community"])
        case .email48Hours: facts.append(texts["plan_support_48"])
        case .email24Hours: facts.append(texts["plan_support_24"])
        }
        return facts
    }
}
