import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestSupport
import Testing

struct CheckoutTests {
    @Test func leadsToStripesPageOnceThereIsOne() async throws {
        try await TestWeb.run { web in
            let (owner, checkout) = try await web.owner(
                desired: .draft, url: "https://checkout.stripe.com/c/pay/cs_1", paid: false)
            let answer = try await web.get("/checkout/\(checkout.id)", as: owner)
            #expect(answer.status == .seeOther)
            #expect(answer.location == "https://checkout.stripe.com/c/pay/cs_1")
        }
    }

    @Test func waitsWhileStripeHasNotAnswered() async throws {
        try await TestWeb.run { web in
            let (owner, checkout) = try await web.owner(desired: .draft, paid: false)
            let answer = try await web.get("/checkout/\(checkout.id)", as: owner)
            #expect(answer.status == .ok)
            #expect(answer.text.contains("http-equiv=\"refresh\""))
        }
    }

    @Test func leadsToTheProgressOnceItIsPaid() async throws {
        try await TestWeb.run { web in
            let (owner, checkout) = try await web.owner(url: "https://checkout.stripe.com/c/pay/cs_1")
            #expect(try await web.get("/checkout/\(checkout.id)", as: owner).location == "/checkout/\(checkout.id)/done")
        }
    }

    @Test func showsProgressWithoutFulfillingAnything() async throws {
        try await TestWeb.run { web in
            let (owner, checkout) = try await web.owner(desired: .draft, paid: false)
            let page = try await web.get("/checkout/\(checkout.id)/done?session_id=cs_forged", as: owner)
            #expect(page.status == .ok)
            #expect(page.text.contains("Waiting for Stripe"))
            #expect(try await web.count("subscriptions") == 0)
            #expect(try await web.count("jobs") == 0)
        }
    }

    @Test func endsWithTheWayToTheAgent() async throws {
        try await TestWeb.run { web in
            let (owner, checkout) = try await web.owner()
            let page = try await web.get("/checkout/\(checkout.id)/done", as: owner).text
            #expect(page.contains("href=\"https://t.me/ada_bot\""))
            #expect(page.contains("href=\"/dashboard\""))
            #expect(page.contains("Ada is ready"))
        }
    }

    @Test(arguments: ["done", "left"])
    func whoPaidOutOfTelegramIsLedBackThereAndToldNothingElse(end: String) async throws {
        try await TestWeb.run { web in
            let (_, checkout) = try await web.owner()
            let real = try await web.get("/checkout/\(checkout.id)/\(end)")
            #expect(real.status == .ok && real.text.contains("go back to the chat there"))
            let invented = try await web.get("/checkout/invented/\(end)")
            #expect(invented.text == real.text, "it isn't told whether there is such a checkout")
        }
    }

    @Test func othersCheckoutsDoNotExist() async throws {
        try await TestWeb.run { web in
            let (_, checkout) = try await web.owner()
            let (other, _) = try await web.owner()
            for path in ["/checkout/\(checkout.id)", "/checkout/\(checkout.id)/done", "/checkout/\(checkout.id)/left"] {
                #expect(try await web.get(path, as: other).status == .notFound)
            }
            #expect(try await web.get("/checkout/\(checkout.id)").location == "/login")
        }
    }

    @Test(arguments: ["chk_1", "chk_00000000000000000000000000", "%2e%2e", "box_00000000000000000000000000"])
    func unknownOnesAreNotFound(_ id: String) async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            #expect(try await web.get("/checkout/\(id)", as: visitor).status == .notFound)
            #expect(try await web.get("/checkout/\(id)/done", as: visitor).status == .notFound)
        }
    }

    @Test func goingBackUnpaidLeadsToTheChatWhichSaysSoAndStoresNothing() async throws {
        try await TestWeb.run { web in
            let (owner, checkout) = try await web.owner(desired: .draft, paid: false)
            for _ in 1...3 {
                let answer = try await web.get("/checkout/\(checkout.id)/left", as: owner)
                #expect(answer.location == "/chat?left=\(checkout.id)#latest")
            }
            let page = try await web.get("/chat?left=\(checkout.id)", as: owner).text
            #expect(page.matches(of: #/nothing was charged/#).count == 1)
            #expect(page.contains("href=\"/checkout/\(checkout.id)\""))
            #expect(try await web.count("jobs") == 0)
            #expect(try await web.count("messages") == 0)
            let (other, _) = try await web.owner()
            let others = try await web.get("/chat?left=\(checkout.id)", as: other).text
            #expect(!others.contains("nothing was charged"))
        }
    }

    @Test func whoReloadsTheProgressALotStillSeesIt() async throws {
        try await TestWeb.run { web in
            let (owner, checkout) = try await web.owner(desired: .draft, paid: false)
            for _ in 1...30 {
                #expect(try await web.get("/checkout/\(checkout.id)/done", as: owner).status == .ok)
            }
        }
    }
}
