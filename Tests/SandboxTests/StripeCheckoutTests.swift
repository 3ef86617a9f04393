import HTTPTypes
import Stripe
import Testing

@testable import Sandbox

struct StripeCheckoutTests {
    @Test(
        arguments: [
            (["mode": nil], "mode"), (["mode": "payment"], "mode"), (["success_url": nil], "success_url"),
            (["success_url": "javascript:alert(1)"], "success_url"), (["cancel_url": "data:text/html,x"], "cancel_url"),
            (["line_items[0][price]": "price_x"], "line_items[0][price]"),
            (["line_items[0][quantity]": nil], "line_items[0][quantity]"), (["trial": "1"], "trial"),
        ] as [([String: String?], String)])
    func refusesSessionsThatStripeWouldRefuse(changes: [String: String?], name: String) async throws {
        try await StripeLab.run { lab in
            let answer = try await lab.session(changes)
            #expect(answer.status == 400)
            #expect(answer.error["param"].text == name)
        }
    }

    @Test func showsAPageWithTheTestCardFilledIn() async throws {
        try await StripeLab.run { lab in
            let session = try await lab.session(["customer_email": "ana@example.com"]).body
            #expect(session["url"].text == "http://sandbox.test/pay/\(session.id)")
            let page = try await lab.page(.get, "/pay/\(session.id)")
            #expect(page.status == 200)
            for text in [
                "4242 4242 4242 4242", "$49.00", "OpenClaw &lt;Pro&gt;", "ana@example.com", "Sandbox",
                "https://shop.example/chat",
            ] {
                #expect(page.html.contains(text), "\(text)")
            }
            for text in ["<Pro>", "nil", #"role="alert""#] { #expect(!page.html.contains(text), "\(text)") }
        }
    }

    @Test func speaksPortugueseWhereAskedTo() async throws {
        try await StripeLab.run { lab in
            let session = try await lab.session(["locale": "pt"]).body.id
            let page = try await lab.page(.get, "/pay/\(session)")
            #expect(page.html.contains("Número do cartão"))
            #expect(page.html.contains(#"<html lang="pt">"#))
        }
    }

    @Test func aPaymentCompletesTheSession() async throws {
        try await StripeLab.run { lab in
            let session = try await lab.session().body.id
            let answer = try await lab.pay(session)
            #expect(answer.status == 303)
            #expect(answer.location == "https://shop.example/done?session_id=\(session)")

            let paid = try await lab.call(.get, "/v1/checkout/sessions/\(session)", ["expand[]": "subscription"]).body
            #expect(paid["status"] == "complete")
            #expect(paid["payment_status"] == "paid")
            #expect(paid["customer_details"]["email"] == "ana@example.com")
            let subscription = paid["subscription"]
            #expect(subscription["status"] == "active")
            #expect(subscription["metadata"]["box_id"] == "box_1")
            #expect(subscription["current_period_end"] == .null)
            let item = subscription["items"]["data"].list.first
            #expect(item?["current_period_end"].integer == lab.clock.now + 31 * 86_400)
            let invoices = try await lab.call(.get, "/v1/invoices", ["subscription": subscription.id]).body["data"].list
            #expect(invoices.map { $0["amount_paid"].integer } == [4900])
            #expect(try await lab.events("checkout.session.completed").count == 1)
        }
    }

    @Test func isPaidOnceHoweverOftenTheFormIsSent() async throws {
        try await StripeLab.run { lab in
            let session = try await lab.session().body.id
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 { group.addTask { try await lab.pay(session).status } }
                for try await status in group { #expect(status == 303) }
            }
            #expect(try await lab.call(.get, "/v1/subscriptions").body["data"].list.count == 1)
            #expect(try await lab.call(.get, "/v1/charges").body["data"].list.count == 1)
            #expect(try await lab.page(.get, "/pay/\(session)").status == 303)
        }
    }

    @Test(
        arguments: [
            (["number": "4000000000000002"], "declined"), (["number": "4000 0000 0000 9995"], "insufficient"),
            (["number": "4111111111111111"], "not a test card"), (["number": ""], "not a test card"),
            (["expiry": "01/20"], "expired"), (["expiry": "99"], "expired"), (["cvc": "12"], "security code"),
            (["email": "ana"], "e-mail"), (["name": " "], "name on the card"),
        ] as [([String: String], String)])
    func saysWhyAPaymentIsRefusedAndChargesNothing(changes: [String: String], words: String) async throws {
        try await StripeLab.run { lab in
            let session = try await lab.session().body.id
            let answer = try await lab.pay(session, changes)
            #expect(answer.status == 422)
            #expect(answer.html.contains(words))
            #expect(answer.html.contains(#"role="alert""#))
            #expect(try await lab.call(.get, "/v1/subscriptions").body["data"].list.isEmpty)
            #expect(try await lab.pay(session).status == 303)
        }
    }

    @Test func nobodyPaysOnAnExpiredSession() async throws {
        try await StripeLab.run { lab in
            let closed = try await lab.session().body.id
            #expect(try await lab.call(.post, "/v1/checkout/sessions/\(closed)/expire").body["status"] == "expired")
            #expect(try await lab.call(.post, "/v1/checkout/sessions/\(closed)/expire").status == 400)
            #expect(try await lab.pay(closed).status == 410)

            let old = try await lab.session().body.id
            lab.clock.advance(days: 1)
            try await lab.sandbox.passTime()
            #expect(try await lab.pay(old).status == 410)
            #expect(try await lab.pay("cs_test_nothing").status == 404)
            #expect(try await lab.call(.get, "/v1/subscriptions").body["data"].list.isEmpty)
        }
    }

    // MARK: Afterwards

    @Test func renewsEachMonth() async throws {
        try await StripeLab.run { lab in
            let subscription = try await lab.subscription()
            lab.clock.advance(days: 32)
            try await lab.sandbox.passTime()
            try await lab.sandbox.passTime()
            let renewed = try await lab.call(.get, "/v1/subscriptions/\(subscription.id)").body
            let item = renewed["items"]["data"].list.first ?? nil
            #expect(item["current_period_start"] == subscription["items"]["data"].list.first?["current_period_end"])
            #expect(renewed["status"] == "active")
            #expect(try await lab.events("invoice.paid").count == 2)
        }
    }

    @Test func aCardThatFailsLaterLeavesTheRenewalPastDue() async throws {
        try await StripeLab.run { lab in
            let subscription = try await lab.subscription(card: "4000000000000341")
            #expect(subscription["status"] == "active")
            lab.clock.advance(days: 32)
            try await lab.sandbox.passTime()
            #expect(try await lab.call(.get, "/v1/subscriptions/\(subscription.id)").body["status"] == "past_due")
            #expect(try await lab.events("invoice.payment_failed").count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1))) func whatIsOpenIsNotChargedAnyMoreAfterTheEnd() async throws {
        try await StripeLab.run { lab in
            let subscription = try await lab.subscription(card: "4000000000000341")
            lab.clock.advance(days: 32)
            try await lab.sandbox.passTime()
            #expect(try await lab.call(.delete, "/v1/subscriptions/\(subscription.id)").status == 200)
            lab.clock.advance(days: 60)
            try await lab.sandbox.passTime()
            #expect(try await lab.events("invoice.payment_failed").count == 1)
            let open = try await lab.call(.get, "/v1/invoices?status=open").body["data"].list
            #expect(open.map { $0["next_payment_attempt"] } == [.null])
        }
    }

    @Test func thePortalCancelsAndResumes() async throws {
        try await StripeLab.run { lab in
            let subscription = try await lab.subscription()
            let customer = subscription["customer"].text ?? ""
            let portal = try await lab.call(
                .post, "/v1/billing_portal/sessions",
                ["customer": customer, "return_url": "https://shop.example/dashboard"]
            ).body.id
            let page = try await lab.page(.get, "/portal/\(portal)")
            #expect(page.html.contains("https://shop.example/dashboard"))
            #expect(page.html.contains("Paid"))
            #expect(!page.html.contains("nil"))

            let fields = ["subscription": subscription.id]
            #expect(try await lab.page(.post, "/portal/\(portal)/cancel", fields).status == 303)
            #expect(try await lab.page(.get, "/portal/\(portal)").html.contains("Keep the subscription"))
            #expect(try await lab.page(.post, "/portal/\(portal)/resume", fields).status == 303)
            #expect(try await lab.events("customer.subscription.updated").count == 2)

            _ = try await lab.page(.post, "/portal/\(portal)/cancel", fields)
            lab.clock.advance(days: 32)
            try await lab.sandbox.passTime()
            #expect(try await lab.events("customer.subscription.deleted").count == 1)
            // Its link has run out, too.
            #expect(try await lab.page(.get, "/portal/\(portal)").status == 404)
        }
    }

    @Test func thePortalTouchesNobodyElsesSubscription() async throws {
        try await StripeLab.run { lab in
            let mine = try await lab.subscription()
            let theirs = try await lab.subscription()
            let portal = try await lab.call(
                .post, "/v1/billing_portal/sessions", ["customer": mine["customer"].text ?? ""]
            ).body.id
            let answer = try await lab.page(.post, "/portal/\(portal)/cancel", ["subscription": theirs.id])
            #expect(answer.status == 404)
            let after = try await lab.call(.get, "/v1/subscriptions/\(theirs.id)").body
            #expect(after["cancel_at_period_end"] == false)
        }
    }
}
