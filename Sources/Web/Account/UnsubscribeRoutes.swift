import Account
import Core
import HTTPSupport
import Hummingbird

/// `/unsubscribe/<token>`: switches off the mails that a mail's link is for, without signing in. Looking changes nothing, as
/// mail programs open links on their own; their button sends the POST itself (RFC 8058).
struct UnsubscribeRoutes: Sendable {
    let site: Site
    let account: AccountService

    func addRoutes(to group: RouterGroup<AppRequestContext>) {
        group.get("/unsubscribe/:token", use: ask)
        group.post("/unsubscribe/:token", use: switchOff)
    }

    private func ask(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let token = try context.parameters.require("token")
        return page(try account.mails(ofLink: token), token: token, context)
    }

    private func switchOff(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        page(try await account.switchOffMails(link: try context.parameters.require("token")), token: nil, context)
    }

    private func page(_ kind: NoticeSwitch.Kind, token: String?, _ context: AppRequestContext) -> Response {
        site.response(UnsubscribePage(kind, token: token, texts: site.texts(context.language)), context: context)
    }
}

struct UnsubscribePage: PageModel {
    static let template = "unsubscribe"

    /// `nil` once it is done.
    let token: String?
    let title: String
    let text: String

    init(_ kind: NoticeSwitch.Kind, token: String?, texts: Texts) {
        self.token = token
        title = token == nil ? texts["unsubscribe_done"] : texts["unsubscribe_title"]
        text =
            switch (kind, token) {
            case (.usage, nil): texts["unsubscribe_usage_done"]
            case (.usage, _): texts["unsubscribe_usage"]
            }
    }
}
