import Billing
import Core
import Jobs
import Store
import Stripe
import TestSupport
import Testing

struct CheckoutTests {
    @Test func opensAPageToPayOn() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let checkout = try await shop.order(box)
            let session = try await shop.stripe.checkoutSession(try #require(checkout.stripeSessionID))
            #expect(checkout.url == session.url)
            #expect(session.clientReferenceId == checkout.id.rawValue)
            #expect(session.metadata?["box_id"] == box.id.rawValue)
            #expect(try await shop.platform.queuedJobs(AnswerVisitor.kind).count == 1)
            #expect(shop.platform.notifier.topics.contains(.customer(box.customerID)))
        }
    }

    @Test func opensOneSessionThoughTheWorkerDiedBeforeItCouldStoreIt() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let first = try await shop.order(box)
            var forgotten = first
            forgotten.stripeSessionID = nil
            forgotten.url = nil
            try await shop.platform.queue.write { [forgotten] work in
                try BillingStore(work.transaction).update(forgotten)
                try work.enqueue(OpenCheckout(forgotten))
            }
            try await shop.work()
            #expect(try await shop.billing.checkout(first.id, customerID: box.customerID) == first)
        }
    }

    @Test func createsEachPriceOnce() async throws {
        try await TestShop.run { shop in
            _ = try await shop.order(try await shop.visitor())
            _ = try await shop.order(try await shop.visitor())
            _ = try await shop.order(try await shop.visitor(), tier: .starter)
            let keys = ["openclaw_cloud_pro_4900", "openclaw_cloud_starter_1900", "openclaw_cloud_team_12900"]
            let prices = try await shop.stripe.prices(lookupKeys: keys)
            #expect(Set(prices.map(\.unitAmount)) == [4900, 1900])
            #expect(prices.count == 2)
            #expect(prices.first { $0.unitAmount == 4900 }?.metadata == ["tier": "pro", "units_limit": "20000000"])
        }
    }

    @Test func closesTheEarlierPageSoThatNobodyPaysTwice() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let first = try await shop.order(box, tier: .starter)
            let second = try await shop.order(box, tier: .pro)
            #expect(second.url != nil)
            #expect(try await shop.pay(first).status == 410)
            #expect(try await shop.pay(second).status == 303)
        }
    }

    @Test func aLateAttemptAtAnEarlierPageLeavesTheLaterOneOpen() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let stuck = Checkout(
                id: shop.platform.queue.ids.next(), customerID: box.customerID, boxID: box.id, tier: .starter,
                createdAt: shop.platform.clock.now)
            try await shop.platform.queue.write { try BillingStore($0.transaction).insert(stuck) }
            let second = try await shop.order(box, tier: .pro)
            try await shop.platform.queue.write { try $0.enqueue(OpenCheckout(stuck)) }
            try await shop.work()
            let late = try await shop.billing.checkout(stuck.id, customerID: box.customerID)
            #expect(late?.url == nil)
            #expect(try await shop.pay(second).status == 303)
        }
    }

    @Test func opensNoSecondPageOnceTheFirstIsPaid() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let first = try await shop.order(box)
            try await shop.pay(first)
            // The event is still on its way.
            let second = try await shop.order(box)
            #expect(second.url == nil)
            #expect(try await shop.box(box).desired == .running)
            #expect(try await shop.order(box).url == nil)
        }
    }

    @Test func confirmsAPaymentBeforeItsEventArrives() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let checkout = try await shop.order(box)
            _ = try await shop.billing.confirm(checkout.id, customerID: box.customerID)
            try await shop.work()
            #expect(try await shop.box(box).desired == .draft)

            try await shop.pay(checkout)
            _ = try await shop.billing.confirm(checkout.id, customerID: box.customerID)
            try await shop.work()
            #expect(try await shop.box(box).desired == .running)
        }
    }

    @Test func showsACheckoutToItsOwnerOnly() async throws {
        try await TestShop.run { shop in
            let checkout = try await shop.order(try await shop.visitor())
            let stranger = try await shop.visitor()
            #expect(try await shop.billing.checkout(checkout.id, customerID: stranger.customerID) == nil)
            #expect(try await shop.billing.confirm(checkout.id, customerID: stranger.customerID) == nil)
        }
    }

    // MARK: The portal

    @Test func leadsToThePortalOfTheOwnSubscription() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            try await shop.pay(try await shop.order(box))
            try await shop.deliver()
            let url = try await shop.billing.portalURL(for: try await shop.customer(box.customerID))
            #expect(url.hasPrefix("/portal/bps_"))
        }
    }

    @Test func hasNoPortalBeforeTheFirstPayment() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let customer = try await shop.customer(box.customerID)
            let error = await #expect(throws: DomainError.self) { try await shop.billing.portalURL(for: customer) }
            #expect(error?.code == "nothing_paid_yet")
        }
    }

    @Test func aCustomerWhoWasDeletedAtStripeHasNothingToManage() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            var customer = try await shop.customer(box.customerID)
            customer.stripeCustomerID = "cus_gone"
            let known = customer
            let error = await #expect(throws: DomainError.self) { try await shop.billing.portalURL(for: known) }
            #expect(error?.code == "nothing_to_manage")
        }
    }

    @Test func aCustomerWhoWasDeletedAtStripePaysAgain() async throws {
        try await TestShop.run { shop in
            let box = try await shop.paid()
            let old = try #require(try await shop.customer(box.customerID).stripeCustomerID)
            try await shop.delete("/v1/customers/\(old)")
            try await shop.deliver()
            #expect(try await shop.box(box).desired == .suspended)

            shop.platform.clock.advance(by: .seconds(1))
            let checkout = try await shop.billing.bringBack(box.customerID)
            try await shop.work()
            let opened = try #require(try await shop.billing.checkout(checkout.id, customerID: box.customerID))
            #expect(try await shop.pay(opened).status == 303)
            try await shop.deliver()
            #expect(try await shop.box(box).desired == .running)
            let new = try await shop.customer(box.customerID).stripeCustomerID
            #expect(new != old && new != nil)
            #expect(try await shop.billing.portalURL(for: try await shop.customer(box.customerID)).hasPrefix("/portal/"))
        }
    }

    @Test func thePageIsInTheLanguageOfTheMomentItIsOpened() async throws {
        try await TestShop.run { shop in
            let box = try await shop.visitor()
            let first = try await shop.order(box)
            let same = try await shop.billing.reopened(first, in: .english)
            #expect(same == first)
            #expect(try await shop.billing.reopened(first, in: .portuguese).url == nil)
            try await shop.work()
            let second = try #require(try await shop.billing.checkout(first.id, customerID: box.customerID))
            #expect(second.language == .portuguese)
            #expect(second.url != nil && second.url != first.url)
            #expect(try await shop.billing.reopened(second, in: .english).url == nil)
            try await shop.work()
            let third = try #require(try await shop.billing.checkout(first.id, customerID: box.customerID))
            #expect(third.language == .english)
            #expect(third.url != nil && third.url != first.url, "a page that was closed doesn't come back")
            for closed in [first, second] {
                #expect(try await shop.pay(closed).status == 410, "nobody pays twice")
            }
            #expect(try await shop.pay(third).status == 303)
        }
    }
}
