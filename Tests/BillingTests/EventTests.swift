import AsyncHTTPClient
import Billing
import Core
import FoundationEssentials
import Jobs
import Stripe
import TestSupport
import Testing

struct EventTests {
    static let event =
        #"{"id":"evt_1","object":"event","type":"charge.succeeded","data":{"object":{"id":"ch_1","object":"charge"}}}"#

    @Test func storesAnEventAndItsJobOnce() async throws {
        try await TestShop.run { shop in
            try await shop.receive(Self.event)
            try await shop.receive(Self.event)
            #expect(try await shop.storedEvents() == 1)
            #expect(try await shop.platform.queuedJobs(HandleStripeEvent.kind).count == 1)
        }
    }

    @Test func marksEventsThatSayNothingToUsAsHandled() async throws {
        try await TestShop.run { shop in
            try await shop.receive(Self.event)
            try await shop.work()
            #expect(try await shop.unhandledEvents() == 0)
        }
    }

    @Test(arguments: [
        #"{"id":"evt_2","type":"customer.subscription.updated","data":{"object":{"id":"sub_gone","object":"subscription"}}}"#,
        #"{"id":"evt_3","type":"checkout.session.completed","data":{"object":{"id":"cs_gone","object":"checkout.session"}}}"#,
        #"{"id":"evt_4","type":"charge.dispute.created","data":{"object":{"id":"dp_1","object":"dispute","charge":"ch_gone"}}}"#,
        #"{"id":"evt_5","type":"invoice.paid","data":{"object":{"id":"in_1","object":"invoice","parent":null}}}"#,
        #"{"id":"evt_6","type":"invoice.upcoming","data":{"object":{"object":"invoice"}}}"#,
    ])
    func doesNotStumbleOverWhatStripeNoLongerKnows(event: String) async throws {
        try await TestShop.run { shop in
            try await shop.receive(event)
            try await shop.work()
            #expect(try await shop.unhandledEvents() == 0)
        }
    }

    /// As the platform's own client: a refused connection is told at once, not tried until the deadline.
    private static let impatient: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    @Test func isKeptForAsLongAsStripeCanNotBeReached() async throws {
        try await TestShop.run { shop in
            let offline = BillingService(
                queue: shop.platform.queue,
                stripe: StripeClient(
                    httpClient: Self.impatient, baseURL: "http://127.0.0.1:9", apiKey: "sk_test_shop",
                    retryPolicy: StripeRetryPolicy(attempts: 1)),
                plans: .builtIn, webhookSecrets: [Secret(TestShop.secret)], publicURL: TestShop.site, logger: quiet)
            var handlers = JobHandlers()
            offline.register(in: &handlers)
            let job = ConvergeSubscription(stripeID: "sub_1", customerID: nil)
            let arguments = try JSONEncoder().encode(job)
            let converge = try #require(handlers.handlers[ConvergeSubscription.kind])
            let id: Job.ID = shop.platform.queue.ids.next()
            await #expect(throws: StripeError.self) { try await converge(arguments, JobContext(id: id, attempt: 9)) }
            for attempt in [10, 20] {
                await #expect(throws: JobOutcome.snooze(.seconds(300))) {
                    try await converge(arguments, JobContext(id: id, attempt: attempt))
                }
            }
        }
    }

    @Test func aDisputeHasTheSubscriptionLookedAt() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            try await shop.deliver()
            try await shop.cancel(try await shop.only("subscription"))
            let charge = try await shop.only("charge")
            try await shop.receive(
                #"{"id":"evt_7","type":"charge.dispute.created","data":{"object":{"id":"dp_1","object":"dispute","charge":"\#(charge)"}}}"#
            )
            try await shop.work()
            #expect(try await shop.box(box).desired == .suspended)
        }
    }

    @Test(arguments: ["", "t=1,v1=00", "nonsense"])
    func refusesAForgedSignatureAndStoresNothing(header: String) async throws {
        try await TestShop.run { shop in
            let error = await #expect(throws: DomainError.self) {
                try await shop.billing.receive(event: Array(Self.event.utf8), signature: header)
            }
            #expect(error?.kind == (header.hasPrefix("t=") ? .unauthenticated : .invalid))
            #expect(error?.code == "invalid_signature")
            let stored = try await shop.storedEvents()
            #expect(stored == 0)
        }
    }

    @Test func refusesAnExpiredSignature() async throws {
        try await TestShop.run { shop in
            let payload = Array(Self.event.utf8)
            let header = StripeSignature.sign(
                payload: payload, secret: TestShop.secret, timestamp: shop.platform.clock.now.milliseconds / 1000 - 301)
            let error = await #expect(throws: DomainError.self) {
                try await shop.billing.receive(event: payload, signature: header)
            }
            #expect(error?.code == "invalid_signature")
        }
    }

    @Test(arguments: ["", "[]", "{}", #"{"id":"evt_1"}"#, "not json"])
    func refusesASignedBodyThatIsNoEvent(body: String) async throws {
        try await TestShop.run { shop in
            let error = await #expect(throws: DomainError.self) { try await shop.receive(body) }
            #expect(error?.code == "invalid_event")
            let stored = try await shop.storedEvents()
            #expect(stored == 0)
        }
    }
}
