import HTTPTypes
import Stripe
import Testing

@testable import Sandbox

/// Promotion codes, tax and trials, as Stripe's Checkout has them.
struct StripeTermsTests {
    @Test(
        arguments: [
            (["allow_promotion_codes": "true", "discounts[0][coupon]": "c"], "allow_promotion_codes, discounts"),
            (["customer_update[address]": "auto"], "can only be used with `customer`"),
            (["subscription_data[trial_period_days]": "0"], "between 1 and 730"),
            (["subscription_data[trial_period_days]": "731"], "between 1 and 730"),
            (["automatic_tax[enabled]": "yes"], "Invalid boolean"),
            (["payment_method_collection": "never"], "must be one of"),
        ] as [([String: String?], String)])
    func refusesWhatDoesNotGoTogether(changes: [String: String?], words: String) async throws {
        try await StripeLab.run { lab in
            let answer = try await lab.session(changes)
            #expect(answer.status == 400)
            #expect(answer.error["message"].text?.contains(words) == true, "\(answer.error)")
        }
    }

    @Test func taxNeedsToWriteAnExistingCustomersAddressAndName() async throws {
        try await StripeLab.run { lab in
            let customer = try await lab.call(.post, "/v1/customers", ["email": "ana@example.com"]).body.id
            let taxed = ["customer": customer, "automatic_tax[enabled]": "true", "tax_id_collection[enabled]": "true"]
            #expect(try await lab.session(taxed).error["code"] == "customer_tax_location_invalid")
            let half = taxed.merging(["customer_update[address]": "auto"]) { $1 }
            #expect(try await lab.session(half).error["message"].text?.contains("customer_update[name]") == true)
            let whole = half.merging(["customer_update[name]": "auto"]) { $1 }
            let session = try await lab.session(whole).body
            #expect(session["amount_total"] == 5880 && session["total_details"]["amount_tax"] == 980)
        }
    }

    @Test func thePageShowsTaxAndTakesABusinessWithItsTaxID() async throws {
        try await StripeLab.run { lab in
            let session = try await lab.session([
                "automatic_tax[enabled]": "true", "tax_id_collection[enabled]": "true",
            ]).body.id
            let page = try await lab.page(.get, "/pay/\(session)").html
            #expect(page.contains("$58.80") && page.contains("$9.80") && page.contains(#"name="tax_id""#))
            #expect(!page.contains(#"name="code""#))
            #expect(try await lab.pay(session, ["business": "Ana Ltd", "tax_id": "DE123456789"]).status == 303)
            let paid = try await lab.call(.get, "/v1/checkout/sessions/\(session)").body
            #expect(paid["customer_details"]["name"] == "Ana Ltd")
            #expect(paid["customer_details"]["tax_ids"].list.first?["value"] == "DE123456789")
        }
    }

    @Test func thePageTakesACodeOfThoseThatThereAre() async throws {
        try await StripeLab.run { lab in
            let session = try await lab.session(["allow_promotion_codes": "true"]).body.id
            for code in ["NOTHING", "SUMMER19"] {
                let answer = try await lab.pay(session, ["code": code])
                #expect(answer.status == 422 && answer.html.contains("This code is invalid"))
            }
            let applied = try await lab.pay(session, ["code": "welcome20", "apply": "yes"])
            #expect(applied.status == 200 && applied.html.contains("$39.20") && applied.html.contains("-$9.80"))
            #expect(try await lab.call(.get, "/v1/subscriptions").body["data"].list.isEmpty, "nothing was paid yet")
            #expect(try await lab.pay(session, ["code": "welcome20"]).status == 303)
            #expect(try await lab.call(.get, "/v1/charges").body["data"].list.map { $0["amount"] } == [3920])
        }
    }

    @Test func aCodeDoesNothingWhereTheSessionTakesNone() async throws {
        try await StripeLab.run { lab in
            let session = try await lab.session().body.id
            #expect(try await lab.pay(session, ["code": "FRIEND100"]).status == 303)
            #expect(try await lab.call(.get, "/v1/charges").body["data"].list.map { $0["amount"] } == [4900])
        }
    }

    @Test func aTrialChargesNothingUntilItsEnd() async throws {
        try await StripeLab.run { lab in
            let session = try await lab.session(["subscription_data[trial_period_days]": "7"]).body.id
            let page = try await lab.page(.get, "/pay/\(session)").html
            #expect(
                page.contains("7 days free, then") && page.contains("$49.00") && page.contains("Start the trial · $0.00"))
            #expect(try await lab.pay(session).status == 303)
            let paid = try await lab.call(.get, "/v1/checkout/sessions/\(session)", ["expand[0]": "subscription"]).body
            #expect(paid["payment_status"] == "no_payment_required")
            #expect(paid["subscription"]["status"] == "trialing")
            #expect(paid["subscription"]["trial_end"].integer == lab.clock.now + 7 * 86_400)
            #expect(try await lab.call(.get, "/v1/charges").body["data"].list.isEmpty)
            lab.clock.advance(days: 8)
            try await lab.sandbox.passTime()
            let id = paid["subscription"].id
            #expect(try await lab.call(.get, "/v1/subscriptions/\(id)").body["status"] == "active")
            #expect(try await lab.call(.get, "/v1/charges").body["data"].list.map { $0["amount"] } == [4900])
        }
    }
}
