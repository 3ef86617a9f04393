import Billing
import Core
import Jobs
import SQL
import Store
import TestSupport
import Testing

/// The customer changes the plan on the dashboard.
struct PlanTests {
    @Test func anUpgradeCostsWhatStripePreviewed() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .starter)
            shop.platform.clock.advance(by: .days(31) / 2)
            let change = try await shop.billing.preview(.team, for: box.customerID)
            guard case .upgrade(let amount, let currency, let moment) = change else {
                Issue.record("\(change)")
                return
            }
            #expect(amount == 5500 && currency == "usd")
            #expect(try await shop.quota(box)?.limit == 5_000_000, "a look changes nothing")

            shop.platform.clock.advance(by: .seconds(60))
            #expect(try await shop.billing.change(to: .team, for: box.customerID, moment: moment) == nil)
            try await shop.deliver()
            #expect(try await shop.box(box).tier == .team)
            #expect(try await shop.quota(box)?.limit == 32_500_000)
            #expect(try await shop.invoices(box).map(\.total) == [5500, 1900])
        }
    }

    @Test func anUpgradeThatCanNotBeChargedLeadsToItsInvoice() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .starter, card: "4000000000000341")
            shop.platform.clock.advance(by: .days(1))
            guard case .upgrade(_, _, let moment) = try await shop.billing.preview(.pro, for: box.customerID) else {
                Issue.record("no upgrade")
                return
            }
            let page = try await shop.billing.change(to: .pro, for: box.customerID, moment: moment)
            #expect(page?.hasPrefix("/invoice/in_") == true)
            try await shop.deliver()
            #expect(try await shop.box(box).tier == .starter)
            try await shop.payOpenInvoice()
            try await shop.deliver()
            #expect(try await shop.box(box).tier == .pro)
        }
    }

    @Test func aPriceThatWasShownLongAgoIsNotCharged() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .starter)
            guard case .upgrade(_, _, let moment) = try await shop.billing.preview(.pro, for: box.customerID) else {
                Issue.record("no upgrade")
                return
            }
            shop.platform.clock.advance(by: .seconds(16 * 60))
            for stale in [moment, nil] {
                let error = await #expect(throws: DomainError.self) {
                    try await shop.billing.change(to: .pro, for: box.customerID, moment: stale)
                }
                #expect(error?.code == "offer_expired")
            }
        }
    }

    @Test func aDowngradeComesAtThePeriodsEndAndCanBeTakenBack() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .team)
            let end = try #require(try await shop.subscriptions(box).first?.periodEnd)
            #expect(try await shop.billing.preview(.starter, for: box.customerID) == .downgrade(at: end))
            _ = try await shop.billing.change(to: .starter, for: box.customerID, moment: nil)
            try await shop.deliver()
            #expect(try await shop.subscriptions(box).first?.nextTier == .starter)
            #expect(try await shop.quota(box)?.limit == 60_000_000)

            _ = try await shop.billing.change(to: .team, for: box.customerID, moment: nil)
            try await shop.deliver()
            #expect(try await shop.subscriptions(box).first?.nextTier == nil)

            _ = try await shop.billing.change(to: .pro, for: box.customerID, moment: nil)
            try await shop.deliver()
            try await shop.passTime(.days(31) + .hours(2))
            try await shop.deliver()
            #expect(try await shop.box(box).tier == .pro)
            #expect(try await shop.quota(box)?.limit == 20_000_000)
            #expect(try await shop.invoices(box).map(\.total) == [4900, 12900])
        }
    }

    @Test func nothingIsChangedWhileAPaymentIsMissing() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(card: "4000000000000341")
            try await shop.passTime(.days(31) + .hours(2))
            try await shop.deliver()
            let error = await #expect(throws: DomainError.self) {
                try await shop.billing.preview(.team, for: box.customerID)
            }
            #expect(error?.code == "payment_missing")
            let visitor = try await shop.visitor()
            let other = await #expect(throws: DomainError.self) {
                try await shop.billing.preview(.team, for: visitor.customerID)
            }
            #expect(other?.code == "no_subscription")
        }
    }

    // MARK: Use

    @Test func useIsToldAtFourMarksOnceEach() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid(tier: .starter, hasBot: true)
            let endpoint = WebhookEndpoint(
                id: testIDs.next(), customerID: box.customerID, url: "https://a.example",
                events: [.usageThresholdReached], sealedSecret: "k.a.b", createdAt: testNow)
            try await shop.platform.database.write { try WebhookStore($0).insert(endpoint) }
            var told: [[String]] = []
            for used in [2_400_000, 2_500_000, 4_100_000, 4_000_000, 4_960_000, 5_000_000] as [Int64] {
                try await shop.spend(used)
                let before = try await shop.told(box)
                try await shop.sweep()
                told.append(try await shop.told(box).subtracting(before).map { String($0.prefix { $0 != "/" }) }.sorted())
            }
            #expect(told == [[], ["usage_50"], ["usage_80"], [], ["usage_100", "usage_95"], []])
            let sent = try await shop.platform.queuedJobs(TellCustomer.kind).filter { $0.contains("usage") }
            #expect(sent.count == 3, "who passes two marks at once hears of the higher one")
            let messages = try await shop.platform.database.read {
                try WebhookStore($0).deliveries(of: box.customerID, limit: 9)
            }
            #expect(messages.count == 3 && messages.allSatisfy { $0.event == .usageThresholdReached })
            let percents = messages.compactMap { $0.body.firstMatch(of: /"percent":(\d+)/)?.1 }
            #expect(Set(percents) == ["50", "80", "100"])
        }
    }
}
