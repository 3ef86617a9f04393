import API
import Account
import Core
import FoundationEssentials
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import Jobs
import Logging
import NIOCore
import Store
import Synchronization
import TestSupport
import Testing

/// The API on a database of its own, with two customers who have a box each.
struct TestAPI: Sendable {
    static let origin = "https://claw.example"

    let platform: TestPlatform
    let client: any TestClientProtocol
    let ana: Tenant
    let ben: Tenant
    let stripe: ReceivedEvents

    struct Tenant: Sendable {
        let customer: Customer
        let box: Box
        let token: String

        func headers(key: String? = nil) -> HTTPFields {
            var headers: HTTPFields = [.cookie: "__Host-session=\(token)", .origin: TestAPI.origin]
            headers[.idempotencyKey] = key
            return headers
        }
    }

    /// What the webhook's receiver was given; refuses what isn't signed with `good`.
    final class ReceivedEvents: Sendable {
        private let received = Mutex<[String]>([])

        var payloads: [String] { received.withLock { $0 } }

        func receive(_ payload: [UInt8], _ signature: String) throws {
            guard signature == "good" else {
                throw DomainError(.invalid, code: "invalid_signature", "The signature is not Stripe's.")
            }
            received.withLock { $0.append(String(decoding: payload, as: UTF8.self)) }
        }
    }

    static func run(_ body: @escaping @Sendable (TestAPI) async throws -> Void) async throws {
        try await TestPlatform.run { platform in
            let identity = IdentityService(queue: platform.queue)
            let ana = try await tenant(platform, identity, name: "Ana's agent", bot: 1)
            let ben = try await tenant(platform, identity, name: "Ben's agent", bot: 2)
            let stripe = ReceivedEvents()
            let router = router(platform, identity, stripe)
            router.refuseOtherMethods()
            try await Application(router: router, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
                .test(.router) { client in
                    try await body(TestAPI(platform: platform, client: client, ana: ana, ben: ben, stripe: stripe))
                }
        }
    }

    static func router(
        _ platform: TestPlatform, _ identity: IdentityService, _ stripe: ReceivedEvents
    ) -> Router<AppRequestContext> {
        let router = Router.app(service: "api", publicOrigin: origin, metrics: MetricsRegistry()) {
            try await identity.customer(sessionToken: $0)
        }
        APIRoutes(
            queue: platform.queue, account: AccountService(queue: platform.queue, plans: .builtIn, vault: testVault),
            plans: .builtIn,
            telegramLinkBase: "https://t.me",
            receiveStripeEvent: { try stripe.receive($0, $1) }
        ).addRoutes(to: router)
        return router
    }

    private static func tenant(
        _ platform: TestPlatform, _ identity: IdentityService, name: String, bot: Int64
    ) async throws -> Tenant {
        let (customer, session) = try await identity.newVisitor(language: .english)
        let box = try await platform.queue.write { work in
            let box = Box(
                id: work.ids.next(), customerID: customer.id, tier: .pro, agentName: name, purpose: "help",
                language: .english,
                bot: Box.Bot(id: bot, username: "bot\(bot)_bot", sealedToken: "v1.sealed-secret", ownerUserID: bot),
                desired: .running, status: .running, createdAt: work.now)
            try BoxStore(work.transaction).insert(box)
            return box
        }
        return Tenant(customer: customer, box: box, token: session.secret.reveal())
    }

    /// - Returns: the response's JSON object.
    static func object(_ response: TestResponse) throws -> [String: JSONValue] {
        try JSONDecoder().decode([String: JSONValue].self, from: Data(response.body.readableBytesView))
    }
}

/// Any JSON.
enum JSONValue: Decodable, Equatable, Sendable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    subscript(key: String) -> JSONValue? {
        if case .object(let fields) = self { fields[key] } else { nil }
    }

    var items: [JSONValue] {
        if case .array(let items) = self { items } else { [] }
    }
}
