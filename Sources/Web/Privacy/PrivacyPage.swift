import HTTPSupport
import Hummingbird

/// `/privacy`: what is kept, for how long, and what never is.
struct PrivacyPage: PageModel {
    static let template = "privacy"
}

struct PrivacyRoutes: Sendable {
    let site: Site

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/privacy") { _, context in site.response(PrivacyPage(), context: context) }
    }
}
