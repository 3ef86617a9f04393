import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import SQL
import ServiceLifecycle
import Stripe
import Synchronization
import TestSupport
import Testing

@testable import Sandbox

struct StripeDeliveryTests {
    @Test func deliversSignedEvents() async throws {
        try await withEndpoint(refusing: 0) { endpoint, url in
            try await StripeLab.withDatabase { database in
                let sandbox = try sandbox(database, url)
                try await happen(database)
                try await running(sandbox) {
                    try await eventually("the event is acknowledged") { try await owed(database) == 0 }
                }
                #expect(endpoint.bodies.count == 1)
                let (body, signature) = try #require(endpoint.received.first)
                try StripeWebhook.verify(
                    payload: Array(body.utf8), header: signature, secrets: ["whsec_test"], now: 1_767_225_600)
                #expect(try StripeEvent(json: Array(body.utf8)).type == "customer.created")
            }
        }
    }

    @Test func triesAgainUntilTheEndpointAcknowledges() async throws {
        try await withEndpoint(refusing: 2) { endpoint, url in
            try await StripeLab.withDatabase { database in
                let time = Atomic<Int64>(1_767_225_600)
                let sandbox = try StripeSandbox(
                    database: database, webhookURL: url, webhookSecret: "whsec_test", publicURL: "", httpClient: .shared,
                    logger: stripeLogger, now: { time.add(60, ordering: .relaxed).newValue })
                try await happen(database)
                try await running(sandbox) {
                    try await eventually("the event is acknowledged") { try await owed(database) == 0 }
                }
                #expect(endpoint.bodies.count == 3)
                #expect(Set(endpoint.bodies).count == 1)
            }
        }
    }

    @Test func owesEventsAcrossARestart() async throws {
        try await StripeLab.withDatabase { database in
            let deaf = try sandbox(database, "http://127.0.0.1:9/")
            try await happen(database)
            try await deaf.passTime()
            #expect(try await owed(database) == 1)
            try await withEndpoint(refusing: 0) { endpoint, url in
                try await running(try sandbox(database, url)) {
                    try await eventually("the event arrives") { endpoint.bodies.count == 1 }
                }
            }
        }
    }

    // MARK: The endpoint

    private final class Endpoint: Sendable {
        private let state: Mutex<(received: [(String, String)], toRefuse: Int)>

        init(refusing count: Int) { state = Mutex(([], count)) }

        var received: [(String, String)] { state.withLock { $0.received } }
        var bodies: [String] { received.map(\.0) }

        func take(_ body: String, _ signature: String) -> HTTPResponse.Status {
            state.withLock { state in
                state.received.append((body, signature))
                if state.toRefuse == 0 { return .ok }
                state.toRefuse -= 1
                return .internalServerError
            }
        }
    }

    private func withEndpoint(
        refusing count: Int, _ body: @escaping @Sendable (Endpoint, _ url: String) async throws -> Void
    ) async throws {
        let endpoint = Endpoint(refusing: count)
        let router = Router()
        router.post("/hook") { request, _ in
            let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
            return endpoint.take(body, request.headers[HTTPField.Name("Stripe-Signature")!] ?? "")
        }
        try await Application(router: router, logger: stripeLogger).test(.live) { client in
            try await body(endpoint, "http://127.0.0.1:\(client.port ?? 0)/hook")
        }
    }

    private func sandbox(_ database: any Database, _ url: String) throws -> StripeSandbox {
        try StripeSandbox(
            database: database, webhookURL: url, webhookSecret: "whsec_test", publicURL: "", httpClient: .shared,
            logger: stripeLogger, now: { 1_767_225_600 })
    }

    /// Something to report.
    private func happen(_ database: any Database) async throws {
        try await database.write { transaction in
            let ledger = StripeLedger(transaction: transaction, now: 1_767_225_600)
            try ledger.emit("customer.created", ["id": "cus_1", "object": "customer"])
        }
    }

    private func owed(_ database: any Database) async throws -> Int {
        try await database.read { try $0.query("SELECT event_id FROM stripe_deliveries", []).count }
    }

    private func running(_ sandbox: StripeSandbox, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(configuration: .init(services: [sandbox], logger: stripeLogger))
        async let services: Void = group.run()
        do {
            try await body()
            await group.triggerGracefulShutdown()
        } catch {
            await group.triggerGracefulShutdown()
            try await services
            throw error
        }
        try await services
    }
}
