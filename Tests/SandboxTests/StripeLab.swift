import AsyncHTTPClient
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import SQL
import SQLite
import Stripe
import Synchronization
import Testing

@testable import Sandbox

/// A Stripe of a test's own, called as any HTTP client would.
struct StripeLab: Sendable {
    let client: any TestClientProtocol
    let sandbox: StripeSandbox
    let clock: Clock

    /// Unix time in seconds, which passes when told to.
    final class Clock: Sendable {
        private let time = Atomic<Int64>(1_767_225_600)

        var now: Int64 { time.load(ordering: .relaxed) }

        func advance(days: Int64) { time.add(days * 86_400, ordering: .relaxed) }
    }

    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let body: StripeValue

        var error: StripeValue { body["error"] }
    }

    static func run(_ body: @escaping @Sendable (StripeLab) async throws -> Void) async throws {
        try await withDatabase { database in
            let clock = Clock()
            let sandbox = try StripeSandbox(
                database: database, webhookURL: "http://127.0.0.1:9/", webhookSecret: "whsec_test",
                publicURL: "http://sandbox.test", httpClient: .shared, logger: stripeLogger, now: { clock.now })
            let router = Router(context: BasicRequestContext.self)
            sandbox.addRoutes(to: router)
            try await Application(router: router, logger: stripeLogger).test(.router) { client in
                try await body(StripeLab(client: client, sandbox: sandbox, clock: clock))
            }
        }
    }

    static func withDatabase(_ body: (any Database) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "stripe-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = try SQLiteDatabase(path: folder.appending(path: "sandbox.sqlite").path, logger: stripeLogger)
        try await Migrator([StripeSandbox.migration], logger: stripeLogger).migrate(database)
        try await body(database)
        await database.close()
    }

    // MARK: Calls

    func call(
        _ method: HTTPRequest.Method, _ path: String, _ parameters: [String: String] = [:],
        authorization: String? = "Bearer sk_test_lab", key: String? = nil
    ) async throws -> Answer {
        var form = StripeForm()
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { form.add(name, value) }
        let isPost = method == .post
        return try await call(
            method, isPost ? path : path + (parameters.isEmpty ? "" : "?" + form.encoded), body: isPost ? form.encoded : nil,
            authorization: authorization, key: key)
    }

    func call(
        _ method: HTTPRequest.Method, _ uri: String, body: String?, type: String = "application/x-www-form-urlencoded",
        authorization: String? = "Bearer sk_test_lab", key: String? = nil
    ) async throws -> Answer {
        var headers: HTTPFields = [.contentType: type]
        headers[.authorization] = authorization
        headers[HTTPField.Name("Idempotency-Key")!] = key
        return try await client.execute(
            uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
        ) { response in
            Answer(
                status: response.status.code, headers: response.headers,
                body: try StripeValue(json: String(buffer: response.body)))
        }
    }

    func page(
        _ method: HTTPRequest.Method, _ uri: String, _ fields: [String: String] = [:]
    ) async throws -> (status: Int, location: String?, html: String) {
        var form = StripeForm()
        for (name, value) in fields { form.add(name, value) }
        return try await client.execute(
            uri: uri, method: method, body: method == .post ? ByteBuffer(string: form.encoded) : nil
        ) { response in
            (response.status.code, response.headers[.location], String(buffer: response.body))
        }
    }

    // MARK: Things to have

    func price(amount: Int = 4900, key: String? = nil) async throws -> String {
        var parameters = [
            "currency": "usd", "unit_amount": String(amount), "recurring[interval]": "month",
            "product_data[name]": "OpenClaw <Pro>", "metadata[tier]": "pro",
        ]
        parameters["lookup_key"] = key
        return try await call(.post, "/v1/prices", parameters).body.id
    }

    func session(_ changes: [String: String?] = [:]) async throws -> Answer {
        var parameters: [String: String] = [
            "mode": "subscription", "line_items[0][price]": try await price(), "line_items[0][quantity]": "1",
            "success_url": "https://shop.example/done?session_id={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://shop.example/chat", "client_reference_id": "chk_1", "metadata[box_id]": "box_1",
            "subscription_data[metadata][box_id]": "box_1",
        ]
        for (name, value) in changes { parameters[name] = value }
        return try await call(.post, "/v1/checkout/sessions", parameters)
    }

    func pay(_ session: String, _ changes: [String: String] = [:]) async throws -> (
        status: Int, location: String?, html: String
    ) {
        let fields = [
            "email": "ana@example.com", "number": "4242 4242 4242 4242", "expiry": "12 / 30", "cvc": "123", "name": "Ana",
        ]
        return try await page(.post, "/pay/\(session)", fields.merging(changes) { _, new in new })
    }

    /// A paid session's subscription.
    func subscription(card: String = "4242424242424242") async throws -> StripeValue {
        let session = try await session().body.id
        _ = try await pay(session, ["number": card])
        let paid = try await call(.get, "/v1/checkout/sessions/\(session)", ["expand[0]": "subscription"])
        return paid.body["subscription"]
    }

    func events(_ type: String) async throws -> [StripeValue] {
        try await call(.get, "/v1/events", ["type": type, "limit": "100"]).body["data"].list
    }
}

let stripeLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
