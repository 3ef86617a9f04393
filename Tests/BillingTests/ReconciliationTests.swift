import AsyncHTTPClient
import Billing
import Core
import FoundationEssentials
import Jobs
import SQL
import Store
import Stripe
import TestSupport
import Testing

/// What no webhook tells is found by looking.
struct ReconciliationTests {
    private static let nothing = Reconciliation()

    @Test(arguments: Engine.allCases)
    func aPaymentWhoseEventsAreLostForGoodIsFoundAtTheNextLook(_ engine: Engine) async throws {
        try await TestShop.run(on: engine) { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            try await shop.loseEvents()
            try await shop.work()
            #expect(try await shop.box(box).desired == .draft)

            let found = try await shop.billing.reconcile()
            #expect(found.events > 0 && found.paidPages == 1)
            try await shop.work()
            #expect(try await shop.box(box).desired == .running)
            #expect(try await shop.quota(box)?.limit == PlanTable.builtIn[.pro].monthlyUnits)
            #expect(try await shop.unhandledEvents() == 0)
            #expect(try await shop.payments() == 1, "the books have it too")
        }
    }

    @Test(arguments: Engine.allCases)
    func aSecondLookChangesNothing(_ engine: Engine) async throws {
        try await TestShop.run(on: engine) { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            try await shop.loseEvents()
            _ = try await shop.billing.reconcile()
            try await shop.work()
            let stored = try await shop.storedEvents()
            let told = try await shop.told(box)
            #expect(try await shop.billing.reconcile() == Self.nothing)
            #expect(try await shop.platform.queuedJobs(ConvergeSubscription.kind).isEmpty)
            #expect(try await shop.storedEvents() == stored)
            #expect(try await shop.told(box) == told)
        }
    }

    @Test(arguments: Engine.allCases)
    func aRefundAndACancellationThatNobodyHeardOfAreFound(_ engine: Engine) async throws {
        try await TestShop.run(on: engine) { shop in
            let box = try await shop.paid()
            try await shop.acknowledgeEvents()
            _ = try await shop.billing.reconcile()
            shop.platform.clock.advance(by: .days(5))
            try await shop.call("/v1/refunds", ["charge": try await shop.only("charge")])
            try await shop.cancel(try await shop.only("subscription"))
            try await shop.loseEvents()

            #expect(try await shop.billing.reconcile().events >= 2)
            try await shop.work()
            #expect(try await shop.box(box).desired == .suspended)
            #expect(try await shop.subscriptions(box).map(\.status) == [.canceled])
            #expect(try await shop.payments() == 2)
        }
    }

    @Test(arguments: Engine.allCases)
    func aPaidPageIsFoundThoughStripeTakesItsEventsForDelivered(_ engine: Engine) async throws {
        try await TestShop.run(on: engine) { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            try await shop.acknowledgeEvents()
            #expect(try await shop.billing.reconcile() == Reconciliation(events: 0, paidPages: 1))
            try await shop.work()
            #expect(try await shop.box(box).desired == .running)
        }
    }

    @Test(arguments: Engine.allCases)
    func aPageIsAskedForUntilItHasEnded(_ engine: Engine) async throws {
        try await TestShop.run(on: engine) { shop in
            let checkout = try await shop.order(try await shop.visitor())
            #expect(try await shop.billing.reconcile() == Self.nothing)
            #expect(try await shop.unheard() == [checkout.id])
            try await shop.passTime(.hours(25))
            #expect(try await shop.billing.reconcile().unpaidPages == 1)
            #expect(try await shop.unheard().isEmpty)
            #expect(try await shop.billing.reconcile() == Self.nothing)
        }
    }

    @Test(arguments: Engine.allCases)
    func aPageThatIsOpenedAnewIsAskedForAgain(_ engine: Engine) async throws {
        try await TestShop.run(on: engine) { shop in
            let box = try await shop.visitor()
            let checkout = try await shop.order(box)
            try await shop.passTime(.hours(25))
            _ = try await shop.billing.reconcile()
            _ = try await shop.billing.reopened(checkout, in: .portuguese)
            try await shop.work()
            #expect(try await shop.unheard() == [checkout.id])
            let anew = try #require(try await shop.billing.checkout(checkout.id, customerID: box.customerID))
            try await shop.pay(anew)
            try await shop.acknowledgeEvents()
            #expect(try await shop.billing.reconcile().paidPages == 1)
        }
    }

    @Test func looksBackToTheLastLookAndThreeDaysMore() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid()
            try await shop.loseEvents()
            _ = try await shop.billing.reconcile()
            try await shop.forgetEvents()
            shop.platform.clock.advance(by: .days(2))
            #expect(try await shop.billing.reconcile().events > 0, "within the overlap")
            shop.platform.clock.advance(by: .days(2))
            #expect(try await shop.billing.reconcile() == Self.nothing, "known")
            try await shop.work()
            try await shop.forgetEvents()
            #expect(try await shop.billing.reconcile() == Self.nothing, "too old")
            #expect(try await shop.box(box).desired == .running)
        }
    }

    @Test func afterARestoredBackupEventsAreAskedForThatWereDelivered() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid()
            try await shop.acknowledgeEvents()
            try await shop.forgetEvents()
            #expect(try await shop.billing.reconcile() == Self.nothing)
            let found = try await shop.billing.reconcile(since: shop.platform.clock.now - .days(1))
            #expect(found.events > 0)
            try await shop.work()
            #expect(try await shop.unhandledEvents() == 0)
            #expect(try await shop.box(box).desired == .running)
        }
    }

    @Test func readsEveryPageOfAList() async throws {
        try await TestShop.run { shop in
            let now = shop.platform.clock.now.milliseconds / 1000
            try await shop.sandboxDatabase.write { transaction in
                for number in 0..<130 {
                    let body = """
                        {"id":"evt_\(number)","object":"event","type":"customer.subscription.updated","created":\(now),\
                        "data":{"object":{"id":"sub_gone","object":"subscription"}}}
                        """
                    try transaction.execute(
                        "INSERT INTO stripe_objects (id, kind, body) VALUES (?1, 'event', ?2)",
                        [.text("evt_\(number)"), .text(body)])
                    try transaction.execute(
                        "INSERT INTO stripe_deliveries (event_id, attempts, next_at, created_at) VALUES (?1, 1, ?2, ?2)",
                        [.text("evt_\(number)"), .integer(now)])
                }
            }
            #expect(try await shop.billing.reconcile().events == 130)
            #expect(try await shop.storedEvents() == 130)
        }
    }

    @Test func anInvoicesEventInTheShapeOfAnOlderVersionIsUnderstood() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            let invoice = try await shop.only("invoice")
            try await shop.receive(
                #"{"id":"evt_old","type":"invoice.paid","data":{"object":{"id":"\#(invoice)","object":"invoice"}}}"#)
            try await shop.work()
            #expect(try await shop.box(box).desired == .running)
        }
    }

    @Test func isTriedAgainForAsLongAsStripeCanNotBeReached() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            try await shop.loseEvents()
            var configuration = HTTPClient.Configuration()
            configuration.connectionPool.retryConnectionEstablishment = false
            let httpClient = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
            let log = RecordedLog()
            let offline = BillingService(
                queue: shop.platform.queue,
                stripe: StripeClient(
                    httpClient: httpClient, baseURL: "http://127.0.0.1:9", apiKey: "sk_test_shop",
                    retryPolicy: StripeRetryPolicy(attempts: 1)),
                plans: .builtIn, webhookSecrets: [Secret(TestShop.secret)], publicURL: TestShop.site, logger: log.logger)
            var handlers = JobHandlers()
            offline.register(in: &handlers)
            let look = try #require(handlers.handlers[ReconcileStripe.kind])
            let id: Job.ID = shop.platform.queue.ids.next()
            await #expect(throws: StripeError.self) { try await look(Data("{}".utf8), JobContext(id: id, attempt: 1)) }
            await #expect(throws: JobOutcome.snooze(.seconds(300))) {
                try await look(Data("{}".utf8), JobContext(id: id, attempt: 10))
            }
            #expect(log.lines.contains { $0.hasPrefix("a job waits for Stripe") })
            try await httpClient.shutdown()

            // What was missed in the meantime is found when Stripe is back.
            shop.platform.clock.advance(by: .days(4))
            try await shop.platform.queue.write { try $0.enqueue(ReconcileStripe()) }
            try await shop.work()
            #expect(try await shop.box(box).desired == .running)
        }
    }
}

extension TestShop {
    fileprivate func payments() async throws -> Int {
        try await platform.database.read { try $0.query("SELECT id FROM payments", []).count }
    }

    fileprivate func unheard() async throws -> [Checkout.ID] {
        try await platform.database.read { try BillingStore($0).unheardCheckouts(after: nil).map(\.id) }
    }

    /// As after a month, or in a database from before they came.
    fileprivate func forgetEvents() async throws {
        _ = try await platform.database.write { try $0.execute("DELETE FROM stripe_events", []) }
    }
}
