import AsyncHTTPClient
import Billing
import Core
import FoundationEssentials
import Hummingbird
import HummingbirdTesting
import Jobs
import Logging
import SQL
import Sandbox
import Store
import Stripe
import TestSupport
import Testing

/// Our billing and the sandbox's Stripe, talking over HTTP. Events are handed over by the test, so that it decides when,
/// how often and in which order they come.
struct TestShop: Sendable {
    static let secret = "whsec_test"
    static let site = "https://claw.example"

    let platform: TestPlatform
    let billing: BillingService
    let stripe: StripeClient
    let sandbox: StripeSandbox
    let sandboxDatabase: any Database
    let baseURL: String

    static func run(
        on engine: Engine = .sqlite, terms: SaleTerms = SaleTerms(),
        _ body: @escaping @Sendable (TestShop) async throws -> Void
    ) async throws {
        try await TestPlatform.run(on: engine) { platform in
            try await Engine.sqlite.withDatabase(migrations: [StripeSandbox.migration]) { sandboxDatabase in
                let clock = platform.clock
                let sandbox = try StripeSandbox(
                    database: sandboxDatabase, webhookURL: "http://127.0.0.1:9/", webhookSecret: secret, publicURL: "",
                    httpClient: .shared, logger: quiet, now: { clock.now.milliseconds / 1000 })
                let router = Router(context: BasicRequestContext.self)
                sandbox.addRoutes(to: router)
                try await Application(router: router, logger: quiet).test(.live) { server in
                    let baseURL = "http://127.0.0.1:\(try #require(server.port))"
                    let stripe = StripeClient(
                        httpClient: .shared, baseURL: baseURL, apiKey: "sk_test_shop",
                        retryPolicy: StripeRetryPolicy(attempts: 1))
                    var plans = PlanTable.builtIn
                    plans.terms = terms
                    let billing = BillingService(
                        queue: platform.queue, stripe: stripe, plans: plans, webhookSecrets: [Secret(secret)],
                        publicURL: site, logger: quiet)
                    try await body(
                        TestShop(
                            platform: platform, billing: billing, stripe: stripe, sandbox: sandbox,
                            sandboxDatabase: sandboxDatabase, baseURL: baseURL))
                }
            }
        }
    }

    // MARK: Our side

    /// A visitor with a box that is talked about.
    func visitor(botID: Int64? = nil) async throws -> Box {
        let customer = Customer.sample()
        let box = Box.sample(of: customer, botID: botID)
        try await platform.queue.write { work in
            try CustomerStore(work.transaction).insert(customer)
            try ConversationStore(work.transaction).insert(.sample(of: customer))
            try BoxStore(work.transaction).insert(box)
        }
        return box
    }

    /// Asks for a checkout, later than for any other one, and works it off.
    func order(_ box: Box, tier: Tier = .pro) async throws -> Checkout {
        platform.clock.advance(by: .seconds(1))
        let checkout = Checkout(
            id: platform.queue.ids.next(), customerID: box.customerID, boxID: box.id, tier: tier,
            createdAt: platform.clock.now)
        try await platform.queue.write { work in
            try BillingStore(work.transaction).insert(checkout)
            try work.enqueue(OpenCheckout(checkout))
        }
        try await work()
        return try #require(try await billing.checkout(checkout.id, customerID: box.customerID))
    }

    /// Does billing's jobs until none is left.
    func work() async throws {
        var handlers = JobHandlers()
        billing.register(in: &handlers)
        while let job = try await nextJob() {
            let perform = try #require(handlers.handlers[job.kind])
            try await perform(Data(job.arguments.utf8), JobContext(id: job.id, attempt: 1))
        }
    }

    private func nextJob() async throws -> (id: Job.ID, kind: String, arguments: String)? {
        let row = try await platform.database.write { transaction in
            try transaction.first(
                """
                UPDATE jobs SET state = 'running' WHERE id = (
                    SELECT id FROM jobs WHERE kind LIKE 'billing.%' AND state = 'queued' ORDER BY run_at, id LIMIT 1)
                RETURNING id, kind, arguments
                """, [])
        }
        guard let row else { return nil }
        // One at a time: nobody else needs to know that it ran.
        let id = try row.text("id")
        _ = try await platform.database.write { try $0.execute("DELETE FROM jobs WHERE id = ?1", [.text(id)]) }
        return (try #require(Job.ID(id)), try row.text("kind"), try row.text("arguments"))
    }

    func sweep() async throws {
        try await platform.queue.write { try $0.enqueue(SweepSubscriptions()) }
        try await work()
    }

    /// - Returns: the arguments of the jobs that a sweep adds, which aren't done.
    func dueForConvergence() async throws -> [String] {
        var handlers = JobHandlers()
        billing.register(in: &handlers)
        let sweep = try #require(handlers.handlers[SweepSubscriptions.kind])
        try await sweep(Data("{}".utf8), JobContext(id: testIDs.next(), attempt: 1))
        return try await platform.queuedJobs(ConvergeSubscription.kind)
    }

    func box(_ box: Box) async throws -> Box {
        try #require(try await platform.database.read { try BoxStore($0).find(box.id, customerID: box.customerID) })
    }

    func customer(_ id: Customer.ID) async throws -> Customer {
        try #require(try await platform.database.read { try CustomerStore($0).find(id) })
    }

    func subscriptions(_ box: Box) async throws -> [Subscription] {
        try await platform.database.read {
            try BillingStore($0).subscriptions(boxID: box.id, customerID: box.customerID)
        }
    }

    func spend(_ tokens: Int64) async throws {
        _ = try await platform.database.write { try $0.execute("UPDATE quotas SET used = ?1", [.integer(tokens)]) }
    }

    func quota(_ box: Box) async throws -> Quota? {
        let now = platform.clock.now
        return try await platform.database.read { try UsageStore($0).quota(customerID: box.customerID, at: now) }
    }
}

let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
