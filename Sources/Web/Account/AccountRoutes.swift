import HTTPSupport
import Hummingbird

/// `/account` and what can be done there.
struct AccountRoutes: Sendable {
    let site: Site

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/account", use: account)
    }

    private func account(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        guard let customer = context.customer else { return .redirect(to: "/login") }
        return site.response(AccountPage(customer), context: context)
    }
}
