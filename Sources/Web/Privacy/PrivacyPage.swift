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
        func days(_ kind: Retention) -> KeyValuePairs<String, String> { ["days": texts.number(Int(kind.days))] }
        kept = [
            Item(text: texts("privacy_kept_email", days(.addresses))),
            Item(text: texts("privacy_kept_chat", days(.setUpChats))),
            Item(text: texts("privacy_kept_visitors", days(.idleVisitors))),
            Item(text: texts("privacy_kept_usage", days(.usageEvents))),
            Item(text: texts("privacy_kept_box", days(.agents))),
            Item(
                text: texts(
                    "privacy_kept_backups",
                    [
                        "nights": texts.number(NightlyBackups.days),
                        "days": texts.number(Int(Retention.nightlyBackups.days)),
                    ])),
            Item(text: texts("privacy_kept_last_backup", days(.lastBackups))),
            Item(text: texts("privacy_kept_reminders", days(.reminders))),
            Item(text: texts("privacy_kept_webhooks", days(.webhookDeliveries))),
            Item(text: texts("privacy_kept_payment", days(.stripeEvents))),
        ]
    }
}

struct PrivacyRoutes: Sendable {
    private let page: StaticPage

    init(site: Site) {
        page = StaticPage(site) { PrivacyPage(texts: $0) }
    }

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/privacy") { request, context in try page.response(to: request, context) }
    }
}
