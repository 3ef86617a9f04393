import AsyncHTTPClient
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Stripe
import Synchronization
import Testing

/// Every kind of request that the product sends to Stripe, with all that it may hold. `Tests/Peers/test_stripe_requests.py` checks
/// the golden file against the parameter types of Stripe's own Python package, and that no path of `Sources/Stripe` is missing.
struct StripeRequestsTests {
    /// After a change on purpose: UPDATE_GOLDEN=1, and look at the difference.
    @Test func sendsWhatIsWrittenDown() async throws {
        let sent = try await requests { client in
            await checkout(client)
            await subscriptions(client)
            try await schedules(client)
            await payments(client)
            await setup(client)
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/requests.txt")
        let rendered = sent.joined(separator: "\n") + "\n"
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] != nil { try Data(rendered.utf8).write(to: file) }
        #expect(rendered == String(decoding: try Data(contentsOf: file), as: UTF8.self))
    }

    // Each request is refused, so what it answers with isn't looked at.

    private func checkout(_ client: StripeClient) async {
        _ = try? await client.prices(lookupKeys: ["openclaw_starter", "openclaw_pro"])
        _ = try? await client.createPrice(
            productName: "Starter", amount: 1900, currency: "usd", lookupKey: "openclaw_starter",
            metadata: ["tier": "starter", "units_limit": "5000000"], idempotencyKey: "1")
        _ = try? await client.createCustomer(
            email: "ana@example.com", metadata: ["customer_id": "cus_a"], idempotencyKey: "2")
        for customer in [nil, "cus_1"] {
            let session = StripeClient.NewCheckoutSession(
                price: "price_1", customer: customer, customerEmail: "ana@example.com", clientReferenceID: "chk_1",
                metadata: ["box_id": "box_1"], successURL: "https://example.com/done?id={CHECKOUT_SESSION_ID}",
                cancelURL: "https://example.com/chat", locale: customer == nil ? "en" : "pt-BR", takesPromotionCodes: true,
                reckonsTax: true, trialDays: customer == nil ? 7 : nil)
            _ = try? await client.createCheckoutSession(session, idempotencyKey: "3")
        }
        _ = try? await client.checkoutSession("cs_1")
        _ = try? await client.checkoutSession(ofSubscription: "sub_1")
        _ = try? await client.expireCheckoutSession("cs_1")
        _ = try? await client.createPortalSession(
            customer: "cus_1", returnURL: "https://example.com/dashboard", locale: "pt-BR", configuration: "bpc_1")
    }

    private func subscriptions(_ client: StripeClient) async {
        let change = StripeClient.PriceChange(
            subscription: "sub_1", item: "si_1", price: "price_2", prorationDate: 1_790_000_000)
        _ = try? await client.subscription("sub_1")
        _ = try? await client.preview(change)
        _ = try? await client.apply(change, idempotencyKey: "4")
        _ = try? await client.setCancelling(true, "sub_1")
        _ = try? await client.cancelSubscription("sub_1")
    }

    private func schedules(_ client: StripeClient) async throws {
        _ = try? await client.schedule("sub_sched_1")
        _ = try? await client.createSchedule(ofSubscription: "sub_1", idempotencyKey: "5")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let schedule = try decoder.decode(
            StripeSchedule.self,
            from: Data(
                """
                {"id": "sub_sched_1", "status": "active", "phases": [
                    {"start_date": 1790000000, "end_date": 1792592000, "items": [{"price": "price_2", "quantity": 1}]}]}
                """.utf8))
        _ = try? await client.change(schedule, to: "price_1")
        _ = try? await client.release(schedule: "sub_sched_1")
    }

    private func payments(_ client: StripeClient) async {
        _ = try? await client.price("price_1")
        _ = try? await client.invoice("in_1")
        _ = try? await client.invoices(ofSubscription: "sub_1")
        _ = try? await client.lines(ofInvoice: "in_1")
        _ = try? await client.charge("ch_1")
        _ = try? await client.charges(ofCustomer: "cus_1")
        _ = try? await client.disputes(ofCharge: "ch_1")
        try? await client.refund(charge: "ch_1", idempotencyKey: "6")
        _ = try? await client.events(["invoice.paid"], since: 1_790_000_000, isUndelivered: true, after: "evt_1")
        _ = try? await client.eventJSON("evt_1")
    }

    private func setup(_ client: StripeClient) async {
        _ = try? await client.product("prod_1")
        try? await client.updateProduct("prod_1", name: "Starter", metadata: ["tier": "starter"])
        try? await client.updatePrice("price_1", metadata: ["tier": "starter"])
        _ = try? await client.taxSettings()
        _ = try? await client.hasPromotionCodes()
        _ = try? await client.webhookEndpoints()
        _ = try? await client.createWebhookEndpoint(
            url: "https://example.com/webhooks/stripe", events: ["invoice.paid", "charge.refunded"])
        try? await client.updateWebhookEndpoint("we_1", events: ["invoice.paid"])
        _ = try? await client.portalConfigurations()
        _ = try? await client.portalConfiguration("bpc_1")
        for id in [nil, "bpc_1"] {
            _ = try? await client.writePortalConfiguration(
                id, .ours, prices: [("prod_1", ["price_1"]), ("prod_2", ["price_2"])],
                returnURL: "https://example.com/dashboard", metadata: ["prices": "price_1,price_2"])
        }
    }

    /// - Returns: what a server was sent, each as `METHOD path?query body`.
    private func requests(_ body: @escaping @Sendable (StripeClient) async throws -> Void) async throws -> [String] {
        let sent = Mutex<[String]>([])
        let router = Router()
        for method in [HTTPRequest.Method.get, .post, .delete] {
            router.on("/v1/**", method: method) { request, _ in
                let form = String(buffer: try await request.body.collect(upTo: 1 << 16))
                sent.withLock { $0.append("\(method) \(request.uri)" + (form.isEmpty ? "" : " \(form)")) }
                return Response(
                    status: .notFound, headers: [.contentType: "application/json"],
                    body: ResponseBody(byteBuffer: ByteBuffer(string: #"{"error": {"type": "invalid_request_error"}}"#)))
            }
        }
        try await Application(router: router, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }).test(.live) {
            server in
            try await body(
                StripeClient(
                    httpClient: .shared, baseURL: "http://127.0.0.1:\(try #require(server.port))", apiKey: "sk_test_secret"))
        }
        return sent.withLock { $0 }
    }
}
