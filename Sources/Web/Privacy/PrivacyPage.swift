import Core
import HTTPSupport
import Hummingbird

/// `/privacy`: what is kept, for how long, and what never is.
struct PrivacyPage: PageModel {
    static let template = "privacy"

    /// One sentence for each kind of data that a person would ask about.
    let kept: [Item]

    struct Item: Sendable {
        let text: String
    }

    init(texts: Texts) {
        func item(_ key: String, _ kind: Retention) -> Item {
            Item(text: texts("privacy_kept_\(key)", ["days": texts.number(Int(kind.days))]))
        }
        kept = [
            item("email", .addresses), item("chat", .setUpChats), item("visitors", .idleVisitors),
            item("usage", .usageEvents), item("box", .agents), item("reminders", .reminders), item("payment", .stripeEvents),
        ]
    }
}

struct PrivacyRoutes: Sendable {
    let site: Site

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/privacy") { _, context in
            site.response(PrivacyPage(texts: site.texts(context.language)), context: context)
        }
    }
}
