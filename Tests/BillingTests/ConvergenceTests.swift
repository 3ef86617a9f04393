import Billing
import Core
import Jobs
import SQL
import Store
import Stripe
import TestSupport
import Testing

struct ConvergenceTests {
    @Test func aPaymentMakesTheBoxRun() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let checkout = try await shop.order(box, tier: .team)
            try await shop.pay(checkout)
            try await shop.deliver()

            let paid = try await shop.box(box)
            #expect(paid.desired == .running)
            #expect(paid.tier == .team)
            let subscription = try #require(try await shop.subscriptions(box).first)
            #expect(subscription.status == .active)
            #expect(subscription.periodStart == shop.platform.clock.now)
            #expect(subscription.periodEnd == subscription.periodStart + .days(31))
            #expect(try await shop.quota(box)?.limit == 60_000_000)
            let customer = try await shop.customer(box.customerID)
            #expect(customer.email == "ana@example.com")
            #expect(customer.stripeCustomerID?.hasPrefix("cus_") == true)
            let completed = try await shop.billing.checkout(checkout.id, customerID: box.customerID)
            #expect(completed?.completedAt == shop.platform.clock.now)
            for kind in [ReconcileBox.kind, AnswerVisitor.kind] {
                #expect(try await shop.platform.queuedJobs(kind).count == 1, "\(kind)")
            }
            #expect(try await shop.platform.queuedJobs(SendWelcome.kind).isEmpty, "no agent is ready yet")
        }
    }

    @Test func aPaymentTakesASpareOfItsPlanOver() async throws {
        try await TestShop.run { shop in
            let spares = [Tier.pro, .team].map { tier in
                Spare(
                    id: testIDs.next(), tier: tier, proxyTokenHash: "token of \(tier)", state: .ready, createdAt: testNow,
                    readyAt: testNow)
            }
            try await shop.platform.database.write { transaction in
                for spare in spares { try SpareStore(transaction).insert(spare) }
            }
            let box = try await shop.visitor(botID: 5)
            try await shop.pay(try await shop.order(box, tier: .team))
            try await shop.deliver()

            let paid = try await shop.box(box)
            #expect(paid.desired == .running && paid.spareID == spares[1].id)
            #expect(try await shop.platform.queuedJobs(KeepSpares.kind).count == 1)
            #expect(try await shop.platform.database.read { try SpareStore($0).all() } == [spares[0]])
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func eventsMayComeTwiceAndInAnyOrder(seed: UInt64) async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            var generator = SeededGenerator(state: seed)
            let events = try await shop.events()
            for event in (events + events).shuffled(using: &generator) {
                try await shop.receive(event)
                if Bool.random(using: &generator) { try await shop.work() }
            }
            try await shop.work()

            #expect(try await shop.subscriptions(box).count == 1)
            let paid = try await shop.box(box)
            #expect(paid.desired == .running)
            #expect(paid.generation == box.generation + 1)
            #expect(try await shop.platform.queuedJobs(ReconcileBox.kind).count == 1)
            #expect(try await shop.unhandledEvents() == 0)
        }
    }

    @Test func aPageThatIsSentTwiceIsPaidOnce() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let checkout = try await shop.order(box)
            async let first = shop.pay(checkout)
            async let second = shop.pay(checkout)
            let answers = try await [first, second]
            let expected = "\(TestShop.site)/checkout/\(checkout.id)/done?session_id=\(checkout.stripeSessionID ?? "")"
            #expect(answers.map { $0.location } == [expected, expected])
            try await shop.deliver()
            #expect(try await shop.subscriptions(box).count == 1)
            #expect(try await shop.events().count { $0.contains(#""type":"invoice.paid""#) } == 1)
            let payments = try await shop.platform.database.read { transaction in
                try PaymentStore(transaction).all(from: Timestamp(milliseconds: 0), to: Timestamp(milliseconds: .max))
            }
            #expect(payments.map(\.payment.amount) == [Int64(PlanTable.builtIn[box.tier].monthlyPrice)])
            #expect(payments.first?.customerID == box.customerID)
        }
    }

    @Test func aDeclinedCardChangesNothing() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let checkout = try await shop.order(box)
            #expect(try await shop.pay(checkout, card: "4000000000000002").status == 422)
            try await shop.deliver()
            #expect(try await shop.subscriptions(box).isEmpty)
            #expect(try await shop.box(box) == box)
        }
    }

    @Test func metadataThatNamesAnotherTenantTakesNothing() async throws {
        try await TestShop.run { shop in
            let victim = try await shop.visitor()
            let order = try await shop.order(victim)
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            let subscription = try await shop.only("subscription")
            try await shop.change(
                subscription,
                [
                    "metadata[checkout_id]": order.id.rawValue, "metadata[customer_id]": victim.customerID.rawValue,
                    "metadata[box_id]": victim.id.rawValue,
                ])
            try await shop.deliver()
            #expect(try await shop.box(victim) == victim)
            #expect(try await shop.quota(victim) == nil)
            #expect(try await shop.customer(victim.customerID).stripeCustomerID == nil)
            #expect(try await shop.box(box).desired == .running)
        }
    }

    @Test func aSubscriptionThatNobodyOrderedHereIsLeftAlone() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let price = try await shop.stripe.createPrice(
                productName: "Another shop's", amount: 100, currency: "usd", lookupKey: "other", metadata: [:],
                idempotencyKey: "other")
            let session = try await shop.stripe.createCheckoutSession(
                .init(
                    price: price.id, customer: nil, customerEmail: nil, clientReferenceID: "other",
                    metadata: ["box_id": box.id.rawValue, "customer_id": box.customerID.rawValue],
                    successURL: "https://other.example/", cancelURL: "https://other.example/", locale: "en"),
                idempotencyKey: "other-session")
            try await shop.pay(
                Checkout(
                    id: testIDs.next(), customerID: box.customerID, boxID: box.id, tier: .pro, stripeSessionID: session.id,
                    createdAt: testNow))
            try await shop.deliver()
            #expect(try await shop.box(box) == box)
            #expect(try await shop.unhandledEvents() == 0)
        }
    }

    // MARK: Later

    @Test func aRenewalBringsANewQuota() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            try await shop.deliver()
            try await shop.spend(5000000)
            try await shop.passTime(.days(32))
            try await shop.sweep()
            #expect(try await shop.quota(box)?.used == 0)
            #expect(try await shop.box(box).desired == .running)
        }
    }

    @Test func aCancelledBoxIsSuspendedThenDeleted() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            try await shop.deliver()
            try await shop.change(try await shop.only("subscription"), ["cancel_at_period_end": "true"])
            try await shop.deliver()
            let cancelled = try #require(try await shop.subscriptions(box).first)
            #expect(cancelled.cancelAt == cancelled.periodEnd)
            #expect(try await shop.box(box).desired == .running)

            try await shop.passTime(.days(32))
            try await shop.deliver()
            #expect(try await shop.box(box).desired == .suspended)

            shop.platform.clock.advance(by: Subscription.retention)
            try await shop.sweep()
            #expect(try await shop.box(box).desired == .deleted)
        }
    }

    @Test func whoSubscribesAgainKeepsTheAgentHoweverLateTheOldNewsComes() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            try await shop.deliver()
            let old = try await shop.only("subscription")
            try await shop.cancel(old)
            try await shop.deliver()
            #expect(try await shop.box(box).desired == .suspended)

            try await shop.pay(try await shop.order(box))
            try await shop.deliver()
            #expect(try await shop.box(box).desired == .running)
            shop.platform.clock.advance(by: .hours(1))
            try await shop.platform.queue.write { work in
                try work.enqueue(ConvergeSubscription(stripeID: old, customerID: box.customerID))
            }
            try await shop.work()
            #expect(try await shop.box(box).desired == .running)
            #expect(try await shop.subscriptions(box).count == 2)
        }
    }

    @Test func anEndedSubscriptionIsNotAskedForAgainAndAgainBesideOneThatRuns() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            try await shop.deliver()
            let old = try await shop.only("subscription")
            try await shop.cancel(old)
            try await shop.deliver()
            shop.platform.clock.advance(by: .days(20))
            try await shop.pay(try await shop.order(box))
            try await shop.deliver()

            shop.platform.clock.advance(by: .days(11))
            try await shop.sweep()
            let due = try await shop.dueForConvergence()
            #expect(!due.contains { $0.contains(old) }, "the old one's retention is over, and the new one runs")
            #expect(try await shop.box(box).desired == .running)
        }
    }
}

/// SplitMix64: the same seed gives the same order.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
