import Account
import Core
import HTTPSupport
import Hummingbird

/// `GET` and `PATCH /v1/notices`: which notices the customer gets, and how, of those that may be switched off.
struct NoticeRoutes: Sendable {
    let account: AccountService

    func add(to router: RouterGroup<AppRequestContext>) {
        router.get("/v1/notices", use: show)
        router.patch("/v1/notices", use: change)
    }

    @Sendable private func show(_: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        return try Response(json: NoticesBody(off: try await account.noticesOff(of: customer.id)))
    }

    @Sendable private func change(_ request: Request, _ context: AppRequestContext) async throws -> Response {
        let customer = try context.requireCustomer()
        let wanted = try await request.json(as: NoticesBody.self, context: context).switches
        return try Response(json: NoticesBody(off: try await account.setNotices(wanted, of: customer.id)))
    }
}

/// Which notices are on, as the API shows and takes it; of what it takes, what is left out stays.
struct NoticesBody: Codable, Sendable {
    fileprivate let usage: Usage?

    fileprivate struct Usage: Codable, Sendable {
        let mail: Bool?
        let chat: Bool?
    }

    private enum CodingKeys: CodingKey { case usage }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        usage = try values.decodeUnlessLeftOut(forKey: .usage)
    }

    init(off: Set<NoticeSwitch>) {
        func isOn(_ kind: NoticeSwitch.Kind, _ channel: NoticeSwitch.Channel) -> Bool {
            !off.contains(NoticeSwitch(kind, channel))
        }
        usage = Usage(mail: isOn(.usage, .mail), chat: isOn(.usage, .chat))
    }

    var switches: [NoticeSwitch: Bool] {
        let all: [(NoticeSwitch, Bool?)] = [
            (NoticeSwitch(.usage, .mail), usage?.mail), (NoticeSwitch(.usage, .chat), usage?.chat),
        ]
        return all.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
}

extension NoticesBody.Usage {
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            mail: try values.decodeUnlessLeftOut(forKey: .mail), chat: try values.decodeUnlessLeftOut(forKey: .chat))
    }
}
