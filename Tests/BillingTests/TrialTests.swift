import Billing
import Core
import Jobs
import Store
import Stripe
import TestSupport
import Testing

/// A free trial of a week, from its beginning to each of its ends.
struct TrialTests {
    private static let week = SaleTerms(trialDays: 7)
    private static let trialUnits = 500_000

    @Test func aTrialHasItsStatedUnitsAndCostsNothing() async throws {
        try await TestShop.run(terms: Self.week) { shop in
            let box = try await shop.paid(tier: .team)
            #expect(try await shop.box(box).desired == .running)
            #expect(try await shop.subscriptions(box).first?.status == .trialing)
            #expect(try await shop.quota(box)?.limit == Self.trialUnits, "whichever plan follows")
            #expect(try await shop.invoices(box).map(\.total) == [0])
            #expect(try await shop.told(box).isEmpty, "nothing was paid, so there is no receipt")
        }
    }

    @Test func itsEndIsToldThreeDaysBeforeAndTheFirstMonthIsCharged() async throws {
        try await TestShop.run(terms: Self.week) { shop in
            let box = try await shop.paid(tier: .pro)
            try await shop.passTime(.days(3) + .hours(23))
            try await shop.sweep()
            #expect(try await !shop.told(box).contains { $0.hasPrefix("trial_ending/") })
            try await shop.passTime(.hours(2))
            try await shop.sweep()
            try await shop.sweep()
            #expect(try await shop.told(box).count { $0.hasPrefix("trial_ending/") } == 1)
            try await shop.passTime(.days(3))
            try await shop.deliver()
            #expect(try await shop.subscriptions(box).first?.status == .active)
            #expect(try await shop.quota(box)?.limit == 20_000_000)
            #expect(try await shop.invoices(box).map(\.total) == [4900, 0])
            #expect(try await shop.told(box).contains { $0.hasPrefix("receipt/") })
        }
    }

    @Test func whereTheFirstMonthCanNotBeChargedOnlyTheRestOfTheTrialIsLeft() async throws {
        try await TestShop.run(terms: Self.week) { shop in
            let box = try await shop.paid(tier: .pro, card: "4000000000000341")
            try await shop.spend(200_000)
            try await shop.passTime(.days(7) + .hours(2))
            try await shop.deliver()
            #expect(try await shop.subscriptions(box).first?.status == .pastDue)
            #expect(try await shop.quota(box)?.limit == 300_000, "no day's share: nothing was ever paid")
            #expect(try await shop.box(box).desired == .running)
            #expect(try await shop.told(box).contains { $0.hasPrefix("payment_failed_0/") })
            try await shop.passTime(.days(7))
            try await shop.sweep()
            #expect(try await shop.box(box).desired == .suspended)
            try await shop.payOpenInvoice()
            try await shop.deliver()
            #expect(try await shop.box(box).desired == .running)
            #expect(try await shop.quota(box)?.limit == 20_000_000)
        }
    }

    @Test func cancelledInTheTrialItEndsWithItAndChargesNothing() async throws {
        try await TestShop.run(terms: Self.week) { shop in
            let box = try await shop.paid()
            let id = try #require(try await shop.subscriptions(box).first?.stripeID)
            try await shop.change(id, ["cancel_at_period_end": "true"])
            try await shop.deliver()
            try await shop.passTime(.days(5))
            try await shop.sweep()
            #expect(try await shop.box(box).desired == .running)
            #expect(try await shop.told(box).map { $0.prefix { $0 != "/" } } == ["cancelled"], "nothing will be charged")
            try await shop.passTime(.days(3))
            try await shop.deliver()
            #expect(try await shop.box(box).desired == .suspended)
            #expect(try await shop.invoices(box).map(\.total) == [0])
        }
    }

    @Test func thePlanStaysUntilTheTrialIsOver() async throws {
        try await TestShop.run(terms: Self.week) { shop in
            let box = try await shop.paid(tier: .starter)
            let fault = await #expect(throws: DomainError.self) {
                try await shop.billing.preview(.team, for: box.customerID)
            }
            #expect(fault?.code == "trial_running")
        }
    }

    // MARK: Once for each person

    @Test func whoeverComesBackPaysFromTheStart() async throws {
        try await TestShop.run(terms: Self.week) { shop in
            let box = try await shop.paid()
            try await shop.cancel(try #require(try await shop.subscriptions(box).first?.stripeID))
            try await shop.deliver()
            shop.platform.clock.advance(by: .seconds(1))
            let checkout = try await shop.billing.bringBack(box.customerID)
            try await shop.work()
            try await shop.pay(try #require(try await shop.billing.checkout(checkout.id, customerID: box.customerID)))
            try await shop.deliver()
            #expect(try await shop.subscriptions(box).map(\.status) == [.canceled, .active])
        }
    }

    @Test func theTelegramAccountOfAnEarlierAgentHasNoSecondTrial() async throws {
        try await TestShop.run(terms: Self.week) { shop in
            _ = try await shop.paid(hasBot: true)
            let second = try await shop.visitor(botID: 7_001)
            try await shop.pay(try await shop.order(second), email: "other@example.com")
            try await shop.deliver()
            #expect(try await shop.subscriptions(second).map(\.status) == [.active])
        }
    }

    @Test func anAddressThatOnlyThePaymentPageLearnsHasNoSecondTrial() async throws {
        try await TestShop.run(terms: Self.week) { shop in
            let first = try await shop.paid()
            let second = try await shop.paid()
            #expect(try await shop.subscriptions(second).map(\.status) == [.canceled])
            #expect(try await shop.box(second).desired == .suspended)
            #expect(try await shop.quota(second) == nil, "it was never opened")
            #expect(try await shop.told(second).map { $0.prefix { $0 != "/" } }.sorted() == ["ended", "trial_refused"])
            #expect(try await shop.platform.queuedJobs(TellCustomer.kind).count == 1)
            #expect(try await shop.box(first).desired == .running, "the earlier one stays")

            shop.platform.clock.advance(by: .seconds(1))
            let checkout = try await shop.billing.bringBack(second.customerID)
            try await shop.work()
            try await shop.pay(try #require(try await shop.billing.checkout(checkout.id, customerID: second.customerID)))
            try await shop.deliver()
            #expect(try await shop.box(second).desired == .running)
            #expect(try await shop.quota(second)?.limit == 20_000_000)
        }
    }

    // MARK: Codes and tax

    @Test func aPromotionCodeAndTaxChangeWhatIsPaidAndNotWhatMayBeUsed() async throws {
        let terms = SaleTerms(takesPromotionCodes: true, reckonsTax: true)
        try await TestShop.run(terms: terms) { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box, tier: .pro), code: "welcome20")
            try await shop.deliver()
            #expect(try await shop.invoices(box).map(\.total) == [4704], "4900, less a fifth, and a fifth of tax")
            #expect(try await shop.quota(box)?.limit == 20_000_000)
            try await shop.passTime(.days(31) + .hours(2))
            try await shop.deliver()
            #expect(try await shop.invoices(box).map(\.total) == [5880, 4704], "the code counts once, tax each time")
        }
    }

    @Test func whoPaidBeforeCanPayWithTaxAgain() async throws {
        try await TestShop.run(terms: SaleTerms(reckonsTax: true)) { shop in
            let box = try await shop.paid()
            try await shop.cancel(try #require(try await shop.subscriptions(box).first?.stripeID))
            try await shop.deliver()
            shop.platform.clock.advance(by: .seconds(1))
            let checkout = try await shop.billing.bringBack(box.customerID)
            try await shop.work()
            #expect(try await shop.billing.checkout(checkout.id, customerID: box.customerID)?.url != nil)
        }
    }

    @Test func aCodeForEverythingIsNoTrial() async throws {
        try await TestShop.run(terms: SaleTerms(takesPromotionCodes: true)) { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box, tier: .pro), code: "FRIEND100")
            try await shop.deliver()
            #expect(try await shop.quota(box)?.limit == 20_000_000)
            try await shop.passTime(.days(31) + .hours(2))
            try await shop.deliver()
            #expect(try await shop.invoices(box).map(\.total) == [0, 0])
            #expect(try await shop.quota(box)?.limit == 20_000_000)
        }
    }
}
