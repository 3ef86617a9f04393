import Billing
import Core
import Jobs
import SQL
import Store
import Stripe
import TestSupport
import Testing

/// What becomes of a subscription after its first payment.
struct LifeTests {
    // MARK: Plans

    @Test func anUpgradeBringsTheShareOfThePeriodThatItIsPaidForAndKeepsWhatWasUsed() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .starter)
            try await shop.spend(400_000)
            shop.platform.clock.advance(by: .days(31) / 2)
            try await shop.changePlan(box, to: .team)
            #expect(try await shop.box(box).tier == .team)
            let quota = try #require(try await shop.quota(box))
            #expect(quota.limit == 5_000_000 - 2_500_000 + 30_000_000)
            #expect(quota.used == 400_000)
            #expect(try await shop.told(box).contains { $0.hasPrefix("plan_changed/") })
        }
    }

    @Test func upAndDownWithinAMinuteBringsNoMoreThanWasPaid() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .starter)
            try await shop.changePlan(box, to: .team, proration: "none")
            #expect(try await shop.quota(box)?.limit == 5_000_000, "nothing was paid for more")
            #expect(try await shop.box(box).tier == .starter)

            try await shop.changePlan(box, to: .starter, proration: "none")
            try await shop.changePlan(box, to: .team)
            #expect(try await shop.quota(box)?.limit == 60_000_000)
            try await shop.spend(40_000_000)
            try await shop.changePlan(box, to: .starter)
            let quota = try #require(try await shop.quota(box))
            #expect(quota.available == 0, "the difference was credited, so there is nothing more to use")
            #expect(try await shop.platform.queuedJobs(AlertHost.kind).contains { $0.contains("35000000 units") })
        }
    }

    @Test func anUpgradeThatCanNotBeChargedChangesNothing() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .starter, card: "4000000000000341")
            try await shop.changePlan(box, to: .team)
            #expect(try await shop.quota(box)?.limit == 5_000_000)
            #expect(try await shop.box(box).tier == .starter)
            #expect(try await shop.subscriptions(box).first?.status == .active)
        }
    }

    @Test func anUpgradeOfOldWhoseChargeFailedGivesNothingEither() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .starter, card: "4000000000000341")
            try await shop.changePlan(box, to: .team, behavior: "allow_incomplete")
            #expect(try await shop.subscriptions(box).first?.status == .pastDue)
            #expect(try await shop.quota(box)?.limit == 5_000_000)
            #expect(try await shop.box(box).tier == .starter)
        }
    }

    // MARK: Payments

    @Test func theHourBeforeTheChargeHasWhatIsLeftAndADaysShare() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .starter)
            try await shop.spend(4_900_000)
            try await shop.passTime(.days(31) + .seconds(60))
            try await shop.deliver()
            #expect(try await shop.quota(box)?.limit == 100_000 + 5_000_000 / 30)
            try await shop.passTime(.hours(2))
            try await shop.deliver()
            #expect(try await shop.quota(box)?.limit == 5_000_000)
        }
    }

    @Test func aFailedRenewalKeepsTheAgentForAWeekAndOpensNoNewMonth() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .pro, card: "4000000000000341")
            try await shop.spend(15_000_000)
            try await shop.passTime(.days(31) + .hours(2))
            try await shop.deliver()
            #expect(try await shop.subscriptions(box).first?.status == .pastDue)
            #expect(try await shop.box(box).desired == .running)
            #expect(try await shop.quota(box)?.limit == 5_000_000 + 20_000_000 / 30)
            #expect(try await shop.told(box).contains { $0.hasPrefix("payment_failed_0/") })

            shop.platform.clock.advance(by: .days(3))
            try await shop.sweep()
            #expect(try await shop.told(box).contains { $0.hasPrefix("payment_failed_3/") })
            shop.platform.clock.advance(by: .days(4))
            try await shop.sweep()
            #expect(try await shop.box(box).desired == .suspended)
            #expect(try await shop.told(box).contains { $0.hasPrefix("suspended/") })

            try await shop.payOpenInvoice()
            try await shop.deliver()
            #expect(try await shop.box(box).desired == .running)
            #expect(try await shop.quota(box)?.limit == 20_000_000)
            #expect(try await shop.told(box).contains { $0.hasPrefix("recovered/") })
        }
    }

    // MARK: What goes back

    @Test func aFullRefundSuspendsAndTheHostIsTold() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid()
            try await shop.call("/v1/refunds", ["charge": try await shop.only("charge")])
            try await shop.deliver()
            #expect(try await shop.box(box).desired == .suspended)
            #expect(try await shop.platform.queuedJobs(AlertHost.kind).contains { $0.contains("refunded in full") })
        }
    }

    @Test func aPartialRefundChangesNothing() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid()
            try await shop.call("/v1/refunds", ["charge": try await shop.only("charge"), "amount": "1000"])
            try await shop.deliver()
            #expect(try await shop.box(box).desired == .running)
            #expect(try await shop.quota(box)?.limit == 20_000_000)
            let invoices = try await shop.platform.database.read {
                try BillingStore($0).invoices(customerID: box.customerID)
            }
            #expect(invoices.map(\.refunded) == [1000])
        }
    }

    @Test(arguments: [("winning_evidence", DesiredState.running), ("losing_evidence", .suspended)])
    func aDisputeSuspendsUntilItIsWon(evidence: String, end: DesiredState) async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(card: "4000000000000259")
            #expect(try await shop.box(box).desired == .suspended)
            #expect(try await shop.platform.queuedJobs(AlertHost.kind).contains { $0.contains("is disputed") })
            try await shop.call(
                "/v1/disputes/\(try await shop.only("dispute"))",
                ["evidence[uncategorized_text]": evidence, "submit": "true"])
            try await shop.deliver()
            #expect(try await shop.box(box).desired == end)
        }
    }

    @Test func apauseOfTheCollectionEndsTheAgentAfterTheGracePeriod() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid()
            try await shop.change(try await shop.only("subscription"), ["pause_collection[behavior]": "void"])
            try await shop.passTime(.days(31) + .hours(2))
            try await shop.deliver()
            #expect(try await shop.box(box).desired == .running)
            try await shop.passTime(.days(7))
            try await shop.sweep()
            #expect(try await shop.box(box).desired == .suspended)
        }
    }

    @Test func whoPaysTwiceIsRefundedAndTheHostTold() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid()
            let first = try await shop.only("subscription")
            let price = try await shop.stripe.prices(lookupKeys: ["openclaw_cloud_pro_4900"])
            let second = Checkout(
                id: shop.platform.queue.ids.next(), customerID: box.customerID, boxID: box.id, tier: .pro,
                stripeSessionID: try await shop.stripe.createCheckoutSession(
                    .init(
                        price: try #require(price.first).id, customer: nil, customerEmail: nil, clientReferenceID: "again",
                        metadata: [:], successURL: "https://claw.example/", cancelURL: "https://claw.example/", locale: "en"),
                    idempotencyKey: "again"
                ).id, createdAt: shop.platform.clock.now)
            try await shop.platform.queue.write { try BillingStore($0.transaction).insert(second) }
            shop.platform.clock.advance(by: .seconds(60))
            try await shop.pay(second)
            try await shop.deliver()
            try await shop.deliver()
            let subscriptions = try await shop.subscriptions(box)
            #expect(subscriptions.count == 2)
            #expect(subscriptions.first { $0.stripeID == first }?.status == .active)
            #expect(subscriptions.first { $0.stripeID != first }?.status == .canceled)
            #expect(try await shop.invoices(box).map(\.refunded).sorted() == [0, 4900])
            #expect(try await shop.box(box).desired == .running)
            #expect(try await shop.quota(box)?.limit == 20_000_000)
            #expect(try await shop.platform.queuedJobs(AlertHost.kind).contains { $0.contains("Paid twice") })
        }
    }

    /// The page to pay on may still be open when the agent is deleted.
    @Test func whoPaysForADeletedAgentIsRefundedAndTheHostTold() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let checkout = try await shop.order(box)
            try await shop.platform.queue.write { work in
                var gone = try #require(try BoxStore(work.transaction).find(box.id, customerID: box.customerID))
                gone.desired = .deleted
                _ = try BoxStore(work.transaction).want(gone)
            }
            try await shop.pay(checkout)
            try await shop.deliver()
            try await shop.deliver()
            #expect(try await shop.subscriptions(box).map(\.status) == [.canceled])
            #expect(try await shop.invoices(box).map(\.refunded) == [4900])
            #expect(try await shop.box(box).desired == .deleted)
            #expect(try await shop.platform.queuedJobs(AlertHost.kind).contains { $0.contains("Paid for a deleted agent") })
        }
    }

    /// Whoever is forgotten has the subscription ended; what was paid for was used.
    @Test func whatWasPaidBeforeTheAgentWasDeletedIsNotRefunded() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid()
            try await shop.platform.queue.write { work in
                var gone = try #require(try BoxStore(work.transaction).find(box.id, customerID: box.customerID))
                gone.desired = .deleted
                _ = try BoxStore(work.transaction).want(gone)
                try work.enqueue(
                    ConvergeSubscription(
                        stripeID: try #require(
                            try BillingStore(work.transaction).subscriptions(boxID: box.id, customerID: box.customerID).first
                        ).stripeID, customerID: box.customerID))
            }
            try await shop.work()
            #expect(try await shop.invoices(box).map(\.refunded) == [0])
            #expect(try await shop.subscriptions(box).map(\.status) == [.active])
        }
    }

    /// The first subscription may end between the order of a refund and the refund.
    @Test func whatIsNoDuplicateAnyMoreIsNotRefunded() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid()
            let only = try await shop.only("subscription")
            try await shop.platform.queue.write {
                try $0.enqueue(RefundDuplicate(stripeID: only, customerID: box.customerID))
            }
            try await shop.work()
            #expect(try await shop.subscriptions(box).map(\.status) == [.active])
            #expect(try await shop.invoices(box).map(\.refunded) == [0])
            #expect(try await shop.platform.queuedJobs(AlertHost.kind).isEmpty)
        }
    }

    /// A renewal that fails is paid days later; its receipt is still owed.
    @Test func aReceiptComesAlsoForWhatWasPaidLate() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(card: "4000000000000341")
            try await shop.passTime(.days(31) + .hours(2))
            try await shop.deliver()
            let before = try await shop.told(box).filter { $0.hasPrefix("receipt/") }
            try await shop.passTime(.days(4))
            try await shop.payOpenInvoice()
            try await shop.deliver()
            #expect(try await shop.told(box).filter { $0.hasPrefix("receipt/") }.count == before.count + 1)
        }
    }

    // MARK: The end

    @Test func anEndIsToldOnceAndTheDeletionAWeekBefore() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid()
            let id = try await shop.only("subscription")
            try await shop.change(id, ["cancel_at_period_end": "true"])
            try await shop.deliver()
            #expect(try await shop.told(box).contains { $0.hasPrefix("cancelled/") })
            try await shop.passTime(.days(32))
            try await shop.deliver()
            #expect(try await shop.told(box).contains("ended/\(id)"))
            shop.platform.clock.advance(by: .days(22))
            try await shop.sweep()
            #expect(try await shop.told(box).contains("deletion_near/\(id)"))
            shop.platform.clock.advance(by: .days(7))
            try await shop.sweep()
            #expect(try await shop.told(box).contains("deleted/\(id)"))
            #expect(try await shop.box(box).desired == .deleted)
            #expect(try await shop.dueForConvergence().isEmpty)
        }
    }

    @Test func aYearOfOneSubscriptionHasTwelveRenewals() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .starter)
            for _ in 1...122 {
                try await shop.passTime(.days(3))
                try await shop.sweep()
            }
            try await shop.deliver()
            let invoices = try await shop.platform.database.read {
                try BillingStore($0).invoices(customerID: box.customerID)
            }
            #expect(invoices.count == 13)
            #expect(invoices.allSatisfy { $0.status == "paid" && $0.total == 1900 })
            let periods = try await shop.platform.database.read { try $0.query("SELECT * FROM quotas", []).count }
            #expect(periods == 13)
        }
    }
}
