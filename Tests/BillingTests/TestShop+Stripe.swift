import AsyncHTTPClient
import Billing
import Core
import NIOCore
import NIOHTTP1
import SQL
import Sandbox
import Store
import Stripe
import TestSupport
import Testing

/// What the visitor, the host and time do at Stripe.
extension TestShop {
    struct Answer: Sendable, Hashable {
        let status: UInt
        let location: String?
    }

    /// Fills in the page to pay on.
    @discardableResult
    func pay(
        _ checkout: Checkout, card: String = "4242424242424242", email: String = "Ana@example.com", code: String = ""
    ) async throws -> Answer {
        try await send(
            .POST, "/pay/\(try #require(checkout.stripeSessionID))",
            ["email": email, "number": card, "expiry": "12/40", "cvc": "123", "name": "Ana", "code": code])
    }

    /// - Parameter subscription: `sub_…`
    func change(_ subscription: String, _ parameters: [String: String]) async throws {
        #expect(try await send(.POST, "/v1/subscriptions/\(subscription)", parameters).status == 200)
    }

    /// A visitor's box whose first month is paid.
    func paid(
        tier: Tier = .pro, card: String = "4242424242424242", hasBot: Bool = false
    ) async throws -> Box {
        let box = try await visitor(botID: hasBot ? 7_000 : nil)
        try await pay(try await order(box, tier: tier), card: card)
        try await deliver()
        return box
    }

    /// Has the subscription's price changed at Stripe, by somebody else than us.
    func changePlan(
        _ box: Box, to tier: Tier, proration: String = "always_invoice", behavior: String = "pending_if_incomplete"
    ) async throws {
        let plan = PlanTable.builtIn[tier]
        let key = "openclaw_cloud_\(tier.rawValue)_\(plan.monthlyPrice)"
        var price = try await stripe.prices(lookupKeys: [key]).first
        if price == nil {
            price = try await stripe.createPrice(
                productName: plan.name, amount: plan.monthlyPrice, currency: "usd", lookupKey: key,
                metadata: ["tier": tier.rawValue], idempotencyKey: key)
        }
        let item = try #require(try await subscriptions(box).last?.stripeItemID)
        let id = try #require(try await subscriptions(box).last?.stripeID)
        try await change(
            id,
            [
                "items[0][id]": item, "items[0][price]": try #require(price).id, "proration_behavior": proration,
                "payment_behavior": behavior,
            ])
        try await deliver()
    }

    /// Pays what is open with a card that works.
    func payOpenInvoice() async throws {
        let invoice = try #require(
            try await sandboxDatabase.read { transaction in
                try transaction.first(
                    "SELECT id FROM stripe_objects WHERE kind = 'invoice' AND body LIKE '%\"status\":\"open\"%'", []
                )?.text("id")
            })
        #expect(try await send(.POST, "/invoice/\(invoice)", ["number": "4242424242424242"]).status == 303)
    }

    func call(_ path: String, _ parameters: [String: String] = [:]) async throws {
        #expect(try await send(.POST, path, parameters).status == 200)
    }

    func invoices(_ box: Box) async throws -> [Invoice] {
        try await platform.database.read { try BillingStore($0).invoices(customerID: box.customerID) }
    }

    /// Presses a button of one of Stripe's pages, which leads back to the page.
    func press(_ path: String, _ fields: [String: String]) async throws {
        #expect(try await send(.POST, path, fields).status == 303)
    }

    func delete(_ path: String) async throws {
        #expect(try await send(.DELETE, path).status == 200)
    }

    /// The keys of all that was told about the box.
    func told(_ box: Box) async throws -> Set<String> {
        try await platform.database.read { try BillingStore($0).told(box.customerID) }
    }

    func cancel(_ subscription: String) async throws {
        #expect(try await send(.DELETE, "/v1/subscriptions/\(subscription)").status == 200)
    }

    func passTime(_ duration: Duration) async throws {
        platform.clock.advance(by: duration)
        try await sandbox.passTime()
    }

    /// The id of the one object of a kind.
    func only(_ kind: String) async throws -> String {
        let ids = try await sandboxDatabase.read { transaction in
            try transaction.query("SELECT id FROM stripe_objects WHERE kind = ?1", [.text(kind)]).map { try $0.text("id") }
        }
        return try #require(ids.count == 1 ? ids.first : nil)
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ parameters: [String: String] = [:]
    ) async throws -> Answer {
        var form = StripeForm()
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) { form.add(name, value) }
        var request = HTTPClientRequest(url: baseURL + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer sk_test_shop")
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        if method == .POST { request.body = .bytes(ByteBuffer(string: form.encoded)) }
        let response = try await Self.browser.execute(request, timeout: .seconds(10))
        _ = try await response.body.collect(upTo: 1 << 20)
        return Answer(status: response.status.code, location: response.headers.first(name: "Location"))
    }

    /// Shows redirects instead of following them.
    private static let browser: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    // MARK: Events

    /// Every event so far, as it is sent, oldest first.
    func events() async throws -> [String] {
        try await sandboxDatabase.read { transaction in
            try transaction.query("SELECT body FROM stripe_objects WHERE kind = 'event' ORDER BY position", [])
                .map { try $0.text("body") }
        }
    }

    /// No event so far will ever be delivered: Stripe has given up on them.
    func loseEvents() async throws {
        _ = try await sandboxDatabase.write {
            try $0.execute("UPDATE stripe_deliveries SET attempts = 99, next_at = ?1", [.integer(.max)])
        }
    }

    /// Stripe takes every event so far for delivered.
    func acknowledgeEvents() async throws {
        _ = try await sandboxDatabase.write { try $0.execute("DELETE FROM stripe_deliveries", []) }
    }

    func receive(_ event: String) async throws {
        let payload = Array(event.utf8)
        let header = StripeSignature.sign(
            payload: payload, secret: Self.secret, timestamp: platform.clock.now.milliseconds / 1000)
        try await billing.receive(event: payload, signature: header)
    }

    /// Hands every event over and works them off.
    func deliver() async throws {
        for event in try await events() { try await receive(event) }
        try await work()
    }

    func storedEvents() async throws -> Int {
        try await platform.database.read { try $0.query("SELECT id FROM stripe_events", []).count }
    }

    func unhandledEvents() async throws -> Int {
        try await platform.database.read {
            try $0.query("SELECT id FROM stripe_events WHERE handled_at IS NULL", []).count
        }
    }
}
