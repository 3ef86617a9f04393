package import AsyncHTTPClient
import FoundationEssentials
package import Hummingbird
package import Logging
package import SQL
import ServiceLifecycle
import Stripe

/// The stand-in for Stripe: its API, the pages to pay and to manage a subscription on, and signed webhooks.
///
/// It refuses what Stripe would refuse. Each call is one transaction, and so are its events: nothing that was answered is lost.
package struct StripeSandbox: Service, CustomStringConvertible {
    package static let migration = Migration(
        number: 1, name: "stripe", sql: String(decoding: PackageResources.stripe_schema_sql, as: UTF8.self))

    static let apiVersion = StripeClient.apiVersion

    private let api: StripeAPI
    private let pages: StripePages
    private let delivery: StripeDelivery
    private let database: any Database
    private let now: @Sendable () -> Int64
    private let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    private let logger: Logger

    /// - Parameters:
    ///   - database: the sandbox's own, migrated with ``migration``.
    ///   - webhookURL: where the events go.
    ///   - webhookSecret: `whsec_…`, signs them.
    ///   - publicURL: where browsers reach the sandbox, without a slash at its end.
    ///   - now: Unix time in seconds.
    /// - Throws: a parser error if a page's template is malformed.
    package init(
        database: any Database, webhookURL: String, webhookSecret: String, publicURL: String, httpClient: HTTPClient,
        logger: Logger, now: @escaping @Sendable () -> Int64 = { Int64(Date.now.timeIntervalSince1970) }
    ) throws {
        let (wakes, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.wakes = wakes
        self.wake = wake
        self.database = database
        self.now = now
        self.logger = logger
        api = StripeAPI(database: database, publicURL: publicURL, now: now, changed: { wake.yield() }, logger: logger)
        pages = try StripePages(database: database, publicURL: publicURL, now: now, changed: { wake.yield() })
        delivery = StripeDelivery(
            database: database, webhookURL: webhookURL, webhookSecret: webhookSecret, httpClient: httpClient, now: now,
            logger: logger)
    }

    /// Services are logged when they start and end; the deliveries hold the signing secret.
    package var description: String { "StripeSandbox" }

    /// `/v1/…`, `/pay/<cs_id>` and `/portal/<bps_id>`.
    package func addRoutes(to router: Router<BasicRequestContext>) {
        api.add(.stripeCustomers, to: router)
        api.add(.stripePrices, to: router)
        api.add(.stripeTerms, to: router)
        api.add(.stripeSessions, to: router)
        api.add(.stripeSubscriptions, to: router)
        api.add(.stripeInvoices, to: router)
        api.add(.stripeSchedules, to: router)
        api.add(.stripePortal, to: router)
        api.add(.stripeEvents, to: router)
        api.add(.stripeEndpoints(webhookURL: delivery.webhookURL), to: router)
        pages.addRoutes(to: router)
    }

    /// Delivers events, and lets time pass for subscriptions and sessions, until shutdown.
    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await _ in wakes { try await attempt("delivering events") { try await delivery.deliverDue() } }
                }
                group.addTask {
                    while !Task.isCancelled {
                        wake.yield()
                        try await Task.sleep(for: .seconds(1))
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        try await attempt("renewing subscriptions") { try await passTime() }
                        try await Task.sleep(for: .seconds(60))
                    }
                }
                // The last two end only by cancellation, and then there is nothing to report.
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        }
    }

    /// Renews or ends the subscriptions whose period is over, and expires sessions that nobody paid.
    /// - Throws: `SQLError`.
    package func passTime() async throws {
        let now = now()
        try await database.write { [publicURL = api.publicURL] transaction in
            try StripeLedger(transaction: transaction, now: now, deliveredAt: now, publicURL: publicURL).passTime()
            try StripeAnswers.prune(transaction, now: now)
        }
        wake.yield()
    }

    private func attempt(_ what: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            logger.error("the Stripe sandbox failed at \(what)", metadata: ["error": "\(error)"])
        }
    }
}
