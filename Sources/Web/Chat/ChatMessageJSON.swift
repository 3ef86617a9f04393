import Core

/// A message as programs get it from `/chat/messages`.
struct ChatMessageJSON: Encodable {
    let position: Int64
    let role: ChatMessage.Role
    let text: String
    let card: Card?

    struct Card: Encodable {
        /// `choices`, `plans`, `telegram`, `checkout` or `agent`.
        let type: String
        /// What `choices` can be answered with, or the names of the `plans`.
        var choices: [String]?
        /// The plan that fits best.
        var recommended: String?
        /// Where to go: an address on Telegram, or a path on this site.
        var url: String?
    }

    init(_ message: ChatMessage, plans: PlanTable) {
        position = message.position
        role = message.role
        text = message.text
        card = message.card.flatMap { card in
            switch card {
            case .choices(let list): Card(type: "choices", choices: list)
            case .plans(let tier): Card(type: "plans", choices: plans.all.map(\.name), recommended: plans[tier].name)
            case .telegram(let url): Card(type: "telegram", url: url)
            case .checkout(let id): Card(type: "checkout", url: "/checkout/\(id)")
            case .agent: Card(type: "agent", url: "/dashboard")
            case .progress: nil
            }
        }
    }
}
