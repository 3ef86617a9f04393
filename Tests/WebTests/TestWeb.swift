import Account
import AsyncHTTPClient
import Billing
import Core
import Crypto
import HTTPSupport
import HTTPTypes
import HostDesk
import Hummingbird
import HummingbirdTesting
import Identity
import Jobs
import Logging
import NIOCore
import Onboarding
import SQL
import Store
import Stripe
import Telegram
import TestSupport
import Testing
import Web

/// The site on a database of its own. Neither Stripe nor Telegram can be reached.
struct TestWeb: Sendable {
    static let origin = "https://claw.example"
    static let host = "host@claw.example"
    /// What the host has written: terms, and nothing else.
    private static let legal = LegalTexts { $0 == "terms.txt" ? "# Scope\n\nWhat the terms say." : nil }
    private static let nowhere = "http://127.0.0.1:9"
    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    let platform: TestPlatform
    let identity: IdentityService
    let client: any TestClientProtocol

    static func run(
        _ setup: TestingSetup = .router, notifier: (any Notifier)? = nil,
        _ body: @escaping @Sendable (TestWeb) async throws -> Void
    ) async throws {
        try await TestPlatform.run { platform in
            let notifier = notifier ?? platform.notifier
            let queue = WorkQueue(
                database: platform.database, clock: platform.clock.wallClock,
                ids: .random(clock: platform.clock.wallClock), notifier: notifier)
            let identity = IdentityService(queue: queue, hostEmails: [host])
            let web = try routes(queue, notifier, identity)
            let router = Router.app(
                service: "web", publicOrigin: origin, proxies: TrustedProxies(["127.0.0.1"].compactMap(AddressRange.init)),
                metrics: MetricsRegistry(), htmlErrorPage: web.errorPage
            ) { try await identity.customer(sessionToken: $0) }
            web.addRoutes(to: router)
            router.refuseOtherMethods()
            try await Application(router: router, logger: logger).test(setup) { client in
                try await body(TestWeb(platform: platform, identity: identity, client: client))
            }
        }
    }

    private static func routes(
        _ queue: WorkQueue, _ notifier: any Notifier, _ identity: IdentityService
    ) throws -> WebRoutes {
        let telegram = TelegramClient(httpClient: .shared, apiRoot: nowhere, token: "1:a")
        return try WebRoutes(
            queue: queue, notifier: notifier, identity: identity,
            account: AccountService(queue: queue, plans: .builtIn, vault: testVault),
            onboarding: OnboardingService(
                queue: queue, plans: .builtIn, vault: Vault(key: SymmetricKey(size: .bits256)), manager: telegram,
                publicURL: origin, telegramLinkBase: "https://t.me", makeBotClient: { _ in telegram }, logger: logger),
            billing: BillingService(
                queue: queue, stripe: StripeClient(httpClient: .shared, baseURL: nowhere, apiKey: "sk_test_1"),
                plans: .builtIn, webhookSecrets: [], publicURL: origin, logger: logger),
            host: HostAccess(queue: queue, vault: Vault(key: SymmetricKey(size: .bits256)), emails: [host]), plans: .builtIn,
            publicURL: origin, telegramLinkBase: "https://t.me", legal: legal, interval: .milliseconds(20))
    }

    /// Someone who is signed in.
    struct Visitor: Sendable {
        let customer: Customer
        let token: String
    }

    func visitor() async throws -> Visitor {
        let (customer, session) = try await identity.newVisitor(language: .english)
        return Visitor(customer: customer, token: session.secret.reveal())
    }

    /// Someone who is signed in and has an agent that runs.
    func owner(desired: DesiredState = .running, url: String? = nil, paid: Bool = true) async throws -> (Visitor, Checkout) {
        let visitor = try await visitor()
        let box = Box.sample(of: visitor.customer, botID: Int64.random(in: 1...Int64.max), desired: desired)
        var checkout = Checkout.sample(of: box)
        checkout.url = url
        checkout.completedAt = paid ? testNow : nil
        let (saved, plan) = (checkout, PlanTable.builtIn[box.tier])
        try await platform.database.write { transaction in
            try BoxStore(transaction).insert(box)
            try BoxStore(transaction).observe(
                box, generation: box.generation, status: desired == .running ? .running : .draft, message: nil,
                readyAt: testNow)
            try BillingStore(transaction).insert(saved)
            if paid {
                try BillingStore(transaction).upsert(.sample(of: box, stripeID: "sub_\(box.id.body)"))
                try UsageStore(transaction).setQuota(
                    customerID: box.customerID, periodStart: testNow, periodEnd: testNow + .days(30),
                    limit: plan.monthlyUnits)
            }
        }
        return (visitor, checkout)
    }

    // MARK: Requests, as browsers send them

    func get(_ path: String, as visitor: Visitor? = nil, _ more: HTTPFields = [:]) async throws -> TestResponse {
        try await client.executeRequest(uri: path, method: .get, headers: Self.headers(visitor) + more, body: nil)
    }

    func post(
        _ path: String, _ form: String = "", as visitor: Visitor? = nil, _ more: HTTPFields = [.origin: origin]
    ) async throws -> TestResponse {
        var headers = Self.headers(visitor) + more
        headers[.contentType] = "application/x-www-form-urlencoded"
        return try await client.executeRequest(uri: path, method: .post, headers: headers, body: ByteBuffer(string: form))
    }

    private static func headers(_ visitor: Visitor?) -> HTTPFields {
        var headers: HTTPFields = [.accept: "text/html"]
        headers[.cookie] = visitor.map { "__Host-session=\($0.token)" }
        return headers
    }

    /// How many rows a table has.
    func count(_ table: String) async throws -> Int64 {
        try await platform.database.read { try $0.first("SELECT count(*) AS n FROM \(table)", [])?.integer("n") ?? 0 }
    }
}

extension HTTPFields {
    /// The fields of the right side replace those of the left.
    static func + (left: HTTPFields, right: HTTPFields) -> HTTPFields {
        var fields = left
        for field in right { fields[field.name] = field.value }
        return fields
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }
    var location: String? { headers[.location] }
}
