import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import SQL
import Store
import TestSupport
import Testing

struct LoginTests {
    @Test func answersKnownAndUnknownAddressesAlike() async throws {
        try await TestWeb.run { web in
            try await web.platform.database.write { try CustomerStore($0).insert(.sample(email: "ana@example.com")) }
            let known = try await web.post("/login", "email=ana%40example.com")
            let unknown = try await web.post("/login", "email=bob%40example.com")
            #expect(known.status == .ok && unknown.status == .ok)
            #expect(known.text.replacing("ana@", with: "bob@") == unknown.text)
            #expect(try await web.platform.queuedJobs("notifications.magic-link").count == 2)
        }
    }

    @Test func saysWhatIsWrongWithAnAddress() async throws {
        try await TestWeb.run { web in
            let answer = try await web.post("/login", "email=%22%3E%3Cb%3E")
            #expect(answer.status == .badRequest)
            #expect(answer.text.contains("look like an e-mail address"))
            #expect(!answer.text.contains("<b>\""))
            #expect(try await web.count("jobs") == 0)
        }
    }

    @Test func saysWhichAddressNoMailReaches() async throws {
        try await TestWeb.run { web in
            let answer = try await web.post("/login", "email=jo%C3%A3o%40exemplo.pt")
            #expect(answer.status == .badRequest)
            #expect(answer.text.contains("accents before the @"))
            #expect(try await web.post("/login", "email=maria%40m%C3%BCnchen.example").status == .ok)
            let jobs = try await web.platform.queuedJobs("notifications.magic-link")
            #expect(jobs.count == 1 && jobs[0].contains("maria@xn--mnchen-3ya.example"))
        }
    }

    @Test func sendsFewLinksToOneAddress() async throws {
        try await TestWeb.run { web in
            var statuses: [HTTPResponse.Status] = []
            for _ in 1...4 { statuses.append(try await web.post("/login", "email=ana%40example.com").status) }
            #expect(statuses == [.ok, .ok, .ok, .tooManyRequests])
            #expect(try await web.post("/login", "email=ben%40example.com").status == .ok)
        }
    }

    @Test func anAddressIsTheSameHoweverItIsWritten() async throws {
        try await TestWeb.run { web in
            var statuses: [HTTPResponse.Status] = []
            for input in ["ana%40example.com", "+ana%40example.com", "Ana%40Example.COM++", "%09ana%40example.com%0A"] {
                statuses.append(try await web.post("/login", "email=\(input)").status)
            }
            #expect(statuses == [.ok, .ok, .ok, .tooManyRequests])
        }
    }

    @Test func oneAddressGetsFewLinksInAnHourAndInADay() async throws {
        try await TestWeb.run { web in
            var sent: [Int] = []
            for _ in 1...24 {
                var count = 0
                // Once in five minutes, which the bound by the minute lets through.
                for _ in 1...12 {
                    web.platform.clock.advance(by: .seconds(300))
                    if try await web.post("/login", "email=ana%40example.com").status == .ok { count += 1 }
                }
                sent.append(count)
            }
            #expect(sent[0] <= 12 && sent.reduce(0, +) <= 25, "\(sent)")
        }
    }

    @Test func oneClientsSignInsDoNotLockAnotherOneOut() async throws {
        try await TestWeb.run(.live) { web in
            func login(_ name: String, from client: String) async throws -> HTTPResponse.Status {
                try await web.post(
                    "/login", "email=\(name)%40example.com", as: nil,
                    [.origin: TestWeb.origin, .xForwardedFor: client]
                ).status
            }
            for crowd in 1...9 {
                for number in 1...12 { _ = try await login("a\(crowd)-\(number)", from: "198.51.100.\(crowd)") }
            }
            #expect(try await login("a", from: "198.51.100.1") == .tooManyRequests)
            #expect(try await login("b", from: "203.0.113.1") == .ok)
        }
    }

    @Test func aLinkSignsInOnceAndOnlyWhenConfirmed() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let token = try await link(web, owner.customer.id)
            for _ in 1...2 {
                let page = try await web.get("/login/\(token)")
                #expect(page.status == .ok && page.headers[.setCookie] == nil)
            }
            let signedIn = try await web.post("/login/\(token)")
            #expect(signedIn.location == "/dashboard")
            let cookie = try #require(signedIn.headers[.setCookie])
            let session = try #require(cookie.firstMatch(of: /__Host-session=([^;]+)/)).1
            let visitor = TestWeb.Visitor(customer: owner.customer, token: String(session))
            #expect(try await web.get("/dashboard", as: visitor).text.contains("Ada"))
            for answer in [
                try await web.get("/login/\(token)", as: visitor), try await web.post("/login/\(token)", as: visitor),
            ] {
                #expect(answer.location == "/dashboard", "a second press is harmless")
            }
            let stranger = try await web.visitor()
            for answer in [
                try await web.get("/login/\(token)"), try await web.post("/login/\(token)"),
                try await web.post("/login/\(token)", as: stranger),
            ] {
                #expect(answer.status == .gone)
                #expect(answer.text.contains("This link has expired"))
                #expect(answer.headers[.setCookie] == nil)
            }
        }
    }

    @Test func aLinkByTelegramLeadsToTheChatAndLookingWritesNothing() async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            let token = try await link(web, visitor.customer.id, sentBy: .telegram)
            let sessions = try await web.count("sessions")
            #expect(try await web.get("/login/\(token)").headers[.setCookie] == nil)
            #expect(try await web.count("sessions") == sessions)
            let signedIn = try await web.post("/login/\(token)")
            #expect(signedIn.location == "/chat#latest")
            #expect(signedIn.headers[.setCookie] != nil)
            #expect(try await web.post("/login/\(token)").status == .gone)
            #expect(try await web.get("/login/\(token)", as: visitor).location == "/chat#latest")
        }
    }

    @Test func theSessionFromBeforeASignInEnds() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let visitor = try await web.visitor()
            let token = try await link(web, owner.customer.id)
            #expect(try await web.post("/login/\(token)", as: visitor).location == "/dashboard")
            #expect(try await web.identity.customer(sessionToken: visitor.token) == nil)
        }
    }

    @Test func anExpiredOrInventedLinkIsGone() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let token = try await link(web, owner.customer.id)
            web.platform.clock.advance(by: .hours(2))
            #expect(try await web.get("/login/\(token)").status == .gone)
            #expect(try await web.get("/login/invented").status == .gone)
            #expect(try await web.post("/login/invented").status == .gone)
        }
    }

    @Test func otherSitesCannotSignAnyoneIn() async throws {
        try await TestWeb.run { web in
            let (owner, _) = try await web.owner()
            let token = try await link(web, owner.customer.id)
            let answer = try await web.post("/login/\(token)", as: nil, [.origin: "https://evil.example"])
            #expect(answer.status == .forbidden && answer.headers[.setCookie] == nil)
        }
    }

    private func link(
        _ web: TestWeb, _ customerID: Customer.ID, sentBy: MagicLink.Way = .mail
    ) async throws -> String {
        let token = AccessToken.random()
        try await web.platform.database.write {
            try CustomerStore($0).insertMagicLink(
                tokenHash: token.hash, customerID: customerID, sentBy: sentBy, now: testNow, expiresAt: testNow + .hours(1))
        }
        return token.secret.reveal()
    }
}
