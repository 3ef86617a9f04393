import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import SQL
import Store
import TestSupport
import Testing

struct AccountTests {
    @Test func showsTheAddressAndTheBrowsers() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            try await web.platform.database.write {
                try $0.execute("UPDATE customers SET email = 'ana@example.com'", [])
            }
            let page = try await web.get("/account", as: owner).text
            #expect(page.contains("ana@example.com") && page.contains("This browser"))
            #expect(try await web.get("/account").location == "/login")
        }
    }

    @Test func anotherBrowserIsSignedOutAndThisOneStays() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let token = AccessToken.random()
            try await web.platform.database.write {
                try CustomerStore($0).insertSession(
                    tokenHash: token.hash, customerID: owner.customer.id, now: testNow, expiresAt: testNow + .days(1),
                    device: "Firefox, Linux")
            }
            let phone = TestWeb.Visitor(customer: owner.customer, token: token.secret.reveal())
            #expect(try await web.get("/account", as: owner).text.contains("Firefox, Linux"))
            let (stranger, _) = try await web.owner()
            let form = "handle=\(token.hash.prefix(16))"
            _ = try await web.post("/account/sessions/end", form, as: stranger)
            #expect(try await web.get("/account", as: phone).status == .ok, "somebody else's session")
            _ = try await web.post("/account/sessions/end", form, as: owner)
            #expect(try await web.get("/account", as: phone).location == "/login")
            #expect(try await web.get("/account", as: owner).status == .ok)
        }
    }

    @Test func aTokenIsShownOnce() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let made = try await web.post("/account/tokens", "name=Backup&scope=read", as: owner).text
            let token = try #require(made.firstMatch(of: /ocu_[0-9a-f]{64}/)).0
            let later = try await web.get("/account", as: owner).text
            #expect(later.contains("Backup") && later.contains("Never used") && !later.contains(token))
        }
    }

    @Test func theExportIsAZIPForItsOwnerAloneAndEnds() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let page = try await web.post("/account/export", as: owner).text
            let path = String(try #require(page.firstMatch(of: /\/account\/export\/[0-9a-f]{64}/)).0)
            let archive = try await web.get(path, as: owner)
            #expect(archive.headers[.contentType] == "application/zip")
            #expect(Array(archive.body.readableBytesView.prefix(2)) == Array("PK".utf8))
            #expect(archive.text.contains("boxes.json") && archive.text.contains("Recipes"))
            let (stranger, _) = try await web.owner()
            #expect(try await web.get(path, as: stranger).status == .gone)
            #expect(try await web.get(path).location == "/login")
            web.platform.clock.advance(by: .hours(24))
            #expect(try await web.get(path, as: owner).status == .gone)
        }
    }

    @Test func deletingEverythingCanBeTakenBackForADay() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            _ = try await web.post("/account/erasure", as: owner)
            #expect(try await web.get("/account", as: owner).text.contains("Everything will be deleted on 2 Jan, 0:00"))
            #expect(try await web.platform.queuedJobs(EraseCustomer.kind).count == 1)
            _ = try await web.post("/account/erasure/cancel", as: owner)
            let kept = try await web.get("/account", as: owner).text
            #expect(!kept.contains("Everything will be deleted"))
            _ = try await web.post("/account/erasure", as: owner)
            web.platform.clock.advance(by: .hours(24))
            #expect(try await web.post("/account/erasure/cancel", as: owner).status == .conflict)
        }
    }

    @Test func aNewAddressWaitsForConsent() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            #expect(try await web.post("/account/email", "email=ana%40", as: owner).status == .badRequest)
            #expect(try await web.post("/account/email", "email=Ana%40Example.com", as: owner).location == "/account")
            #expect(try await web.get("/account", as: owner).text.contains("ana@example.com"))
            #expect(try await web.platform.queuedJobs(SendEmailChange.kind).count == 1)
            let (new, old) = (AccessToken.random(), AccessToken.random())
            try await web.platform.database.write {
                try AccountStore($0).setTokens(new: new.hash, old: old.hash, of: owner.customer.id, now: testNow)
            }
            func email() async throws -> String? {
                try await web.identity.customer(sessionToken: owner.token)?.email
            }
            let path = "/account/email/\(new.secret.reveal())"
            #expect(try await web.get(path).text.contains("Confirm the change"))
            #expect(try await email() == nil, "a mail program that looks is no consent")
            #expect(try await web.post(path).text.contains("mail to the present address"))
            #expect(try await email() == nil)
            let consent = try await web.post("/account/email/\(old.secret.reveal())")
            #expect(consent.text.contains("The address is ana@example.com"))
            #expect(try await email() == "ana@example.com")
            #expect(try await web.post(path).status == .gone)
        }
    }

    @Test(arguments: [
        "/account/email", "/account/sessions/end", "/account/tokens", "/account/tokens/delete", "/account/export",
        "/account/notices",
        "/account/erasure", "/account/erasure/cancel", "/account/webhooks", "/account/webhooks/test",
        "/account/webhooks/switch", "/account/webhooks/delete", "/account/webhooks/resend",
    ])
    func actionsNeedTheirOwnerAndOurOwnForm(_ path: String) async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            #expect(try await web.post(path).status == .unauthorized)
            #expect(try await web.post(path, as: owner, [.origin: "https://evil.example"]).status == .forbidden)
        }
    }
}
