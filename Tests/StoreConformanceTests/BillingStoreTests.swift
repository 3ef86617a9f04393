import Core
import SQL
import Store
import TestSupport
import Testing

struct BillingStoreTests {
    @Test(arguments: Engine.allCases)
    func anEventIsStoredOnce(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await database.write { transaction in
                let store = BillingStore(transaction)
                #expect(try store.insertEvent(id: "evt_1", type: "a.b", payload: #"{"a":1}"#, now: testNow))
                #expect(try !store.insertEvent(id: "evt_1", type: "a.b", payload: "changed", now: testNow))
                #expect(try store.eventPayload(id: "evt_1") == #"{"a":1}"#)
                #expect(try store.eventPayload(id: "evt_2") == nil)
                try store.markEventHandled(id: "evt_1", now: testNow + .hours(1))
                try store.markEventHandled(id: "evt_1", now: testNow + .hours(2))
                let row = try transaction.first("SELECT handled_at FROM stripe_events WHERE id = 'evt_1'", [])
                #expect(try row?.integer("handled_at") == (testNow + .hours(1)).milliseconds, "the first time counts")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func findsACheckoutByIdSessionAndAge(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let box = try await Self.box(in: database)
            var first = Checkout.sample(of: box)
            let second = Checkout.sample(of: box, session: "cs_2", createdAt: testNow + .seconds(1))
            try await database.write { [first] transaction in
                try BillingStore(transaction).insert(first)
                try BillingStore(transaction).insert(second)
            }
            first.stripeSessionID = "cs_1"
            first.url = "https://pay.example/cs_1"
            first.completedAt = testNow
            try await database.write { [first] transaction in
                let store = BillingStore(transaction)
                #expect(
                    try store.openCheckouts(
                        customerID: box.customerID, except: first.id, createdAfter: testNow
                    ).map(\.id) == [second.id])
                try store.update(first)
                #expect(try store.checkout(first.id, customerID: box.customerID) == first)
                #expect(try store.checkout(stripeSessionID: "cs_1") == first)
                #expect(try store.checkout(stripeSessionID: "cs_9") == nil)
                #expect(try store.latestCheckout(customerID: box.customerID) == second)
                #expect(
                    try store.openCheckouts(
                        customerID: box.customerID, except: second.id, createdAfter: Timestamp(milliseconds: 0)
                    ).isEmpty, "a completed one isn't open")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func anotherCustomerNeitherSeesNorChangesCheckoutsAndSubscriptions(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let box = try await Self.box(in: database)
            let other = try await Self.box(in: database)
            let checkout = Checkout.sample(of: box, session: "cs_1")
            let forged = Checkout(
                id: checkout.id, customerID: other.customerID, boxID: other.id, tier: .team, stripeSessionID: "cs_x",
                completedAt: testNow, createdAt: testNow)
            try await database.write { transaction in
                let store = BillingStore(transaction)
                try store.insert(checkout)
                try store.upsert(.sample(of: box, stripeID: "sub_1"))
                try store.update(forged)
                #expect(try store.checkout(checkout.id, customerID: box.customerID) == checkout)
                #expect(try store.checkout(checkout.id, customerID: other.customerID) == nil)
                #expect(try store.latestCheckout(customerID: other.customerID) == nil)
                #expect(
                    try store.openCheckouts(
                        customerID: other.customerID, except: testIDs.next(), createdAfter: Timestamp(milliseconds: 0)
                    ).isEmpty)
                #expect(try store.subscription(boxID: box.id, customerID: other.customerID) == nil)
                #expect(try store.subscriptions(boxID: box.id, customerID: other.customerID).isEmpty)
                #expect(try store.subscription(boxID: box.id, customerID: box.customerID) != nil)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func twoCheckoutsCannotShareASession(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let box = try await Self.box(in: database)
            try await database.write { try BillingStore($0).insert(.sample(of: box, session: "cs_1")) }
            await expectUniqueViolation {
                try await database.write { try BillingStore($0).insert(.sample(of: box, session: "cs_1")) }
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aSubscriptionIsWrittenOverByItsStripeId(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let box = try await Self.box(in: database)
            let first = Subscription.sample(of: box, stripeID: "sub_1")
            var later = Subscription.sample(of: box, stripeID: "sub_1", status: .pastDue, periodEnd: testNow + .days(60))
            later.tier = .team
            later.cancelAt = testNow + .days(3)
            later.pastDueSince = testNow
            later.endedAt = testNow + .days(4)
            later.stripeItemID = "si_2"
            try await database.write { [later] transaction in
                let store = BillingStore(transaction)
                try store.upsert(first)
                try store.upsert(later)
                let stored = try store.subscription(stripeID: "sub_1")
                #expect(stored?.id == first.id, "it keeps its own id")
                #expect(stored?.status == .pastDue && stored?.tier == .team && stored?.stripeItemID == "si_2")
                #expect(stored?.cancelAt == later.cancelAt && stored?.pastDueSince == testNow)
                #expect(stored?.endedAt == later.endedAt && stored?.periodEnd == later.periodEnd)
                #expect(try store.subscriptions(boxID: box.id, customerID: box.customerID).count == 1)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func findsTheSubscriptionsOfAStripeCustomer(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let box = try await Self.box(in: database, stripeCustomerID: "cus_1")
            let other = try await Self.box(in: database, stripeCustomerID: "cus_2")
            try await database.write { transaction in
                let store = BillingStore(transaction)
                try store.upsert(.sample(of: box, stripeID: "sub_1"))
                try store.upsert(.sample(of: other, stripeID: "sub_2"))
                #expect(try store.subscriptions(stripeCustomerID: "cus_1").map(\.stripeID) == ["sub_1"])
                #expect(try store.subscriptions(stripeCustomerID: "cus_9").isEmpty)
            }
        }
    }

    @Test(arguments: Engine.allCases) func knowsWhoHasSubscribedByAccountAddressAndTelegramAccount(engine: Engine)
        async throws
    {
        try await engine.withDatabase { database in
            let customer = Customer.sample(email: "ana@example.com")
            let box = Box.sample(of: customer, botID: 5)
            let other = Customer.sample()
            try await database.write { transaction in
                let store = BillingStore(transaction)
                for person in [customer, other] { try CustomerStore(transaction).insert(person) }
                try BoxStore(transaction).insert(box)
                func knows(_ id: Customer.ID, _ emails: [String] = [], telegram: Int64? = nil) throws -> Bool {
                    try store.hasSubscribed(customerID: id, emails: emails, telegramUserID: telegram)
                }
                var subscription = Subscription.sample(of: box, stripeID: "sub_1", status: .incomplete)
                try store.upsert(subscription)
                #expect(try !knows(customer.id), "it never began")
                subscription.status = .canceled
                try store.upsert(subscription)
                #expect(try knows(customer.id))
                #expect(try knows(other.id, ["other@example.com", "ana@example.com"]))
                #expect(try knows(other.id, telegram: 7_000_000_001))
                #expect(try !knows(other.id))
                #expect(try !knows(other.id, ["other@example.com"], telegram: 7_000_000_002))
                #expect(
                    try !store.hasSubscribed(
                        customerID: customer.id, emails: [], telegramUserID: nil, before: subscription.id),
                    "only those from before it")
            }
        }
    }

    @Test(arguments: Engine.allCases) func findsTheSubscriptionsThatAreToBeLookedAt(engine: Engine) async throws {
        try await engine.withDatabase { database in
            let cases: [(Timestamp?, Bool)] = [
                (nil, false), (testNow + .seconds(1), false), (testNow, true), (testNow - .days(3), true),
            ]
            for (index, (lookAt, _)) in cases.enumerated() {
                let box = try await Self.box(in: database)
                var subscription = Subscription.sample(of: box, stripeID: "sub_\(index)")
                subscription.lookAt = lookAt
                try await database.write { [subscription] in try BillingStore($0).upsert(subscription) }
            }
            let due = try await database.read { try BillingStore($0).due(now: testNow).map(\.stripeID) }
            #expect(due == ["sub_3", "sub_2"])
        }
    }

    @Test(arguments: Engine.allCases) func keepsInvoicesAndTellsEachThingOnce(engine: Engine) async throws {
        try await engine.withDatabase { database in
            let box = try await Self.box(in: database)
            let subscription = Subscription.sample(of: box, stripeID: "sub_1")
            func invoice(_ id: String, status: String, paid: Int, at time: Timestamp) -> Invoice {
                Invoice(
                    id: id, customerID: box.customerID, subscriptionID: subscription.id, number: "N-\(id)", status: status,
                    tier: .pro, total: 4900, paid: paid, refunded: 0, currency: "usd", url: nil,
                    pdfURL: "https://x.example/pdf",
                    createdAt: time)
            }
            let first = invoice("in_1", status: "open", paid: 0, at: testNow)
            let paid = invoice("in_1", status: "paid", paid: 4900, at: testNow)
            let draft = invoice("in_2", status: "draft", paid: 0, at: testNow + .days(1))
            let isNew = try await database.write { transaction in
                let store = BillingStore(transaction)
                try store.upsert(subscription)
                for invoice in [first, paid, draft] { try store.upsert(invoice) }
                return [
                    try store.tell("receipt/in_1", customerID: box.customerID, now: testNow),
                    try store.tell("receipt/in_1", customerID: box.customerID, now: testNow),
                ]
            }
            #expect(isNew == [true, false])
            let (invoices, told) = try await database.read { transaction in
                let store = BillingStore(transaction)
                return (try store.invoices(customerID: box.customerID), try store.told(box.customerID))
            }
            #expect(invoices == [paid])
            #expect(told == ["receipt/in_1"])
            let isNewAgain = try await database.write { transaction in
                let store = BillingStore(transaction)
                try store.untell("receipt/in_1", customerID: box.customerID)
                return try store.tell("receipt/in_1", customerID: box.customerID, now: testNow)
            }
            #expect(isNewAgain)
        }
    }

    private static func box(
        in database: any Database, stripeCustomerID: String? = nil, desired: DesiredState = .draft
    ) async throws -> Box {
        let customer = Customer(
            id: testIDs.next(), language: .english, stripeCustomerID: stripeCustomerID, createdAt: testNow)
        let box = Box.sample(of: customer, desired: desired)
        try await database.write { transaction in
            try CustomerStore(transaction).insert(customer)
            try BoxStore(transaction).insert(box)
        }
        return box
    }
}
