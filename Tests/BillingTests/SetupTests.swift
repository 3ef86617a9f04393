import Billing
import Core
import SQL
import Stripe
import TestSupport
import Testing

/// What an account at Stripe has to have is made once, and then found as it is.
struct SetupTests {
    @Test func anEmptyAccountGetsEverythingAndASecondRunChangesNothing() async throws {
        try await TestShop.run { shop in
            let first = try await shop.setUp()
            #expect(first.changes == PlanTable.builtIn.all.count + 2 && first.differences == 0)
            #expect(first.webhookSecret?.reveal().hasPrefix("whsec_") == true)
            let portal = try #require(first.portalConfiguration)

            let objects = try await shop.objects()
            let second = try await shop.setUp()
            #expect(second.changes == 0)
            #expect(second.findings.allSatisfy { $0.state == .right })
            #expect(second.webhookSecret == nil, "it can't be seen again")
            #expect(second.portalConfiguration == portal)
            #expect(try await shop.objects() == objects)
        }
    }

    @Test func aCheckWritesNothing() async throws {
        try await TestShop.run { shop in
            let report = try await shop.setUp(isCheck: true)
            #expect(report.differences == PlanTable.builtIn.all.count + 2 && report.changes == 0)
            #expect(try await shop.objects().isEmpty)
            _ = try await shop.setUp()
            #expect(try await shop.setUp(isCheck: true).differences == 0)
        }
    }

    @Test func takesOverThePricesThatCheckoutsHaveMade() async throws {
        try await TestShop.run { shop in
            _ = try await shop.order(try await shop.visitor(), tier: .pro)
            let made = try await shop.setUp().findings.filter { $0.state == .made }.map(\.name)
            #expect(!made.contains("Price of Pro") && made.contains("Price of Team"))
        }
    }

    @Test func aPriceOfAnotherAmountIsReplacedAndKeepsItsSubscriptions() async throws {
        try await TestShop.run { shop in
            let plan = PlanTable.builtIn[.pro]
            let wrong = try await shop.stripe.createPrice(
                productName: "OpenClaw Pro", amount: 1, currency: "usd",
                lookupKey: "openclaw_cloud_pro_\(plan.monthlyPrice)",
                metadata: [:], idempotencyKey: "wrong")
            let check = try await shop.setUp(isCheck: true)
            #expect(check.findings.first { $0.id == wrong.id }?.faults == ["it is 1 usd, not \(plan.monthlyPrice) usd"])
            _ = try await shop.setUp()
            let price = try await shop.stripe.prices(lookupKeys: ["openclaw_cloud_pro_\(plan.monthlyPrice)"]).first
            #expect(price?.unitAmount == plan.monthlyPrice && price?.id != wrong.id)
            #expect(try await shop.stripe.price(wrong.id).unitAmount == 1)
            #expect(try await shop.setUp().changes == 0)
        }
    }

    @Test func aProductThatWasArchivedAndRenamedIsPutRight() async throws {
        try await TestShop.run { shop in
            _ = try await shop.setUp()
            let key = "openclaw_cloud_team_\(PlanTable.builtIn[.team].monthlyPrice)"
            let price = try #require(try await shop.stripe.prices(lookupKeys: [key]).first)
            try await shop.call("/v1/products/\(price.product)", ["name": "Squad", "active": "false"])
            try await shop.call("/v1/prices/\(price.id)", ["metadata[tier]": ""])
            let check = try await shop.setUp(isCheck: true)
            #expect(check.differences == 2)
            #expect(check.findings.flatMap(\.faults).contains("it is called Squad"))
            #expect(try await shop.setUp().changes == 2)
            #expect(try await shop.stripe.product(price.product).name == "OpenClaw Team")
            #expect(try await shop.setUp(isCheck: true).differences == 0)
        }
    }

    @Test func theEndpointGetsTheEventsThatAreHandledAndNoOthers() async throws {
        try await TestShop.run { shop in
            _ = try await shop.setUp()
            let endpoint = try #require(try await shop.endpoint())
            #expect(Set(endpoint.enabledEvents) == Set(HandledEvent.allCases.map(\.rawValue)))
            #expect(endpoint.apiVersion == StripeClient.apiVersion)

            try await shop.call(
                "/v1/webhook_endpoints/\(endpoint.id)",
                ["enabled_events[0]": "invoice.paid", "enabled_events[1]": "customer.created", "disabled": "true"])
            let faults = try await shop.setUp(isCheck: true).findings.flatMap(\.faults)
            #expect(faults.count == 3 && faults.contains("it is switched off"))
            #expect(faults.contains("it gets customer.created, which nobody handles"))
            let report = try await shop.setUp()
            #expect(report.changes == 1 && report.webhookSecret == nil)
            #expect(try await shop.setUp(isCheck: true).differences == 0)
        }
    }

    /// A version can't be changed, so there is a second endpoint until the host has set its secret.
    @Test func anEndpointOfTheAccountsOwnVersionGetsASecondOneBesideIt() async throws {
        try await TestShop.run { shop in
            try await shop.call(
                "/v1/webhook_endpoints", ["url": TestShop.site + "/webhooks/stripe", "enabled_events[0]": "*"])
            let old = try #require(try await shop.endpoint())
            let report = try await shop.setUp()
            #expect(report.webhookSecret != nil)
            let finding = report.findings.first { $0.name.hasPrefix("Webhook") }
            #expect(finding?.state == .made && finding?.remark?.contains(old.id) == true)
            #expect(try await shop.setUp().changes == 0)
        }
    }

    @Test func anAddressThatStripeCanNotReachGetsNoEndpoint() async throws {
        try await TestShop.run { shop in
            let report = try await shop.setUp(site: "http://localhost:8080")
            let finding = report.findings.first { $0.name.hasPrefix("Webhook") }
            #expect(finding?.state == .skipped && finding?.remark?.contains("stripe listen") == true)
            #expect(report.webhookSecret == nil)
        }
    }

    @Test func aPortalThatSomebodyHasChangedIsPutRight() async throws {
        try await TestShop.run { shop in
            let id = try #require(try await shop.setUp().portalConfiguration)
            try await shop.call(
                "/v1/billing_portal/configurations/\(id)",
                ["features[subscription_cancel][enabled]": "true", "features[subscription_cancel][mode]": "immediately"])
            #expect(
                try await shop.setUp(isCheck: true).findings.flatMap(\.faults) == ["subscription_cancel is another"])
            #expect(try await shop.setUp().changes == 1)
            #expect(try await shop.stripe.portalConfiguration(id).features == .ours)
        }
    }

    @Test func theConfigurationThatIsSetIsTheOneThatIsLookedAt() async throws {
        try await TestShop.run { shop in
            let id = try #require(try await shop.setUp().portalConfiguration)
            #expect(try await shop.setUp(portal: id, isCheck: true).differences == 0)
            let check = try await shop.setUp(portal: "bpc_gone", isCheck: true)
            #expect(check.differences == 0 && check.portalConfiguration == id)
        }
    }

    // MARK: The terms of the sale

    @Test func whatTheTermsNeedIsLookedAtAndLeftToTheHost() async throws {
        try await TestShop.run { shop in
            let terms = SaleTerms(takesPromotionCodes: true, reckonsTax: true)
            let names = ["Stripe Tax", "Promotion codes"]
            let right = try await shop.setUp(terms: terms).findings.filter { names.contains($0.name) }
            #expect(right.map(\.name) == names && right.allSatisfy { $0.state == .right && $0.remark == nil })

            try await shop.sandboxDatabase.write { transaction in
                try transaction.execute(
                    "INSERT INTO stripe_objects (id, kind, body) VALUES ('tax_settings', 'tax.settings', ?1)",
                    [
                        .text(
                            #"{"id":"tax_settings","object":"tax.settings","status":"pending","defaults":{"tax_behavior":null},"#
                                + #""status_details":{"pending":{"missing_fields":["head_office"]}}}"#)
                    ])
            }
            for isCheck in [true, false] {
                let report = try await shop.setUp(terms: terms, isCheck: isCheck)
                let finding = try #require(report.findings.first { $0.name == "Stripe Tax" })
                #expect(finding.state == .wrong && report.differences == 1)
                #expect(
                    finding.faults == [
                        "it is pending, and waits for head_office", "it has no default of whether prices include tax",
                    ])
            }
            #expect(try await shop.setUp(isCheck: true).differences == 0, "without those terms nobody asks")
        }
    }

    // MARK: The portal's sessions

    @Test func sessionsAreOpenedWithTheConfigurationThatIsSet() async throws {
        try await TestShop.run { shop in
            let id = try #require(try await shop.setUp().portalConfiguration)
            let box = try await shop.paid(tier: .starter)
            let customer = try await shop.customer(box.customerID)
            for (set, used) in [(id, id), ("bpc_gone", "bpc_sandbox"), (nil, "bpc_sandbox")] {
                let url = try await shop.billing(portal: set).portalURL(for: customer)
                #expect(try await shop.session(url).contains(used), "\(set ?? "none")")
            }
        }
    }

    /// What the configuration says of plans, as a customer sees it.
    @Test func inThePortalADearerPlanIsPaidAtOnceAndACheaperOneComesWithTheNextPeriod() async throws {
        try await TestShop.run { shop in
            let id = try #require(try await shop.setUp().portalConfiguration)
            let box = try await shop.paid(tier: .starter)
            let customer = try await shop.customer(box.customerID)
            let url = try await shop.billing(portal: id).portalURL(for: customer)
            try await shop.choose(.team, of: box, at: url)
            #expect(try await shop.box(box).tier == .team)
            #expect(try await shop.invoices(box).count == 2)
            try await shop.choose(.starter, of: box, at: url)
            #expect(try await shop.box(box).tier == .team)
            #expect(try await shop.subscriptions(box).last?.nextTier == .starter)
        }
    }
}

extension TestShop {
    fileprivate func setUp(
        site: String = TestShop.site, portal: String? = nil, terms: SaleTerms = SaleTerms(), isCheck: Bool = false
    ) async throws -> StripeSetup.Report {
        var plans = PlanTable.builtIn
        plans.terms = terms
        return try await StripeSetup(
            stripe: stripe, plans: plans, publicURL: site, portalConfiguration: portal, isCheck: isCheck
        ).run()
    }

    fileprivate func billing(portal: String?) -> BillingService {
        BillingService(
            queue: platform.queue, stripe: stripe, plans: .builtIn, webhookSecrets: [Secret(Self.secret)],
            publicURL: Self.site, portalConfiguration: portal, logger: quiet)
    }

    fileprivate func endpoint() async throws -> StripeWebhookEndpoint? {
        try await stripe.webhookEndpoints().first { $0.url == Self.site + "/webhooks/stripe" }
    }

    /// Every object at Stripe but the events, as it is stored.
    fileprivate func objects() async throws -> [String] {
        try await sandboxDatabase.read { transaction in
            try transaction.query("SELECT body FROM stripe_objects WHERE kind <> 'event' ORDER BY position", [])
                .map { try $0.text("body") }
        }
    }

    fileprivate func session(_ url: String) async throws -> String {
        let id = url.split(separator: "/").last.map(String.init) ?? ""
        return try #require(
            try await sandboxDatabase.read { transaction in
                try transaction.first("SELECT body FROM stripe_objects WHERE id = ?1", [.text(id)])?.text("body")
            })
    }

    /// Presses a plan's button in the portal.
    fileprivate func choose(_ tier: Tier, of box: Box, at url: String) async throws {
        let key = "openclaw_cloud_\(tier.rawValue)_\(PlanTable.builtIn[tier].monthlyPrice)"
        let price = try #require(try await stripe.prices(lookupKeys: [key]).first)
        let subscription = try #require(try await subscriptions(box).last)
        try await press("\(url)/plan", ["subscription": subscription.stripeID, "price": price.id])
        try await deliver()
    }
}
