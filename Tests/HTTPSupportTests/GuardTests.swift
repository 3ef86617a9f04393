import Core
import HTTPSupport
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

/// Sessions, origins and what browsers are told.
struct GuardTests {
    private static let routes: @Sendable (Router<AppRequestContext>) -> Void = { router in
        router.get("/me") { _, context in try context.requireCustomer().id.rawValue }
        router.post("/change") { _, _ in "changed" }
        router.delete("/change") { _, _ in "deleted" }
        router.post("/webhooks/any") { _, _ in "received" }
        router.get("/cached") { _, _ in
            Response(status: .ok, headers: [.cacheControl: "public, max-age=60"])
        }
    }

    // MARK: Sessions

    @Test func theSessionsCookieSaysWhoItIs() async throws {
        try await TestSite().test(routes: Self.routes) { client in
            try await client.execute(uri: "/me", method: .get, headers: TestSite.anasCookie) { response in
                #expect(String(buffer: response.body) == TestSite.ana.id.rawValue)
            }
        }
    }

    @Test(arguments: [
        nil, "session=anas-token", "__Host-session=", "__Host-session=someone-elses", "other=anas-token",
        "__Host-session=" + String(repeating: "a", count: 5000),
        ";;;=",
    ])
    func withoutAValidSessionNobodyIsSignedIn(cookie: String?) async throws {
        try await TestSite().test(routes: Self.routes) { client in
            let headers: HTTPFields = cookie.map { [.cookie: $0] } ?? [:]
            try await client.execute(uri: "/me", method: .get, headers: headers) { response in
                #expect(response.status == .unauthorized)
                let problem = try ReceivedProblem(response)
                #expect(problem.code == "not_signed_in")
            }
        }
    }

    @Test func aFailingLookUpLetsNobodyIn() async throws {
        try await TestSite().test(routes: Self.routes) { client in
            try await client.execute(uri: "/me", method: .get, headers: [.cookie: "__Host-session=broken"]) { response in
                let problem = try ReceivedProblem(response)
                #expect(problem.code == "internal")
            }
        }
    }

    @Test func theCookieIsOutOfReachOfScriptsAndOtherSites() {
        let cookie = SessionCookie(isSecure: true).cookie(token: Secret("abc"), lifetime: .days(30))
        #expect(cookie.name == "__Host-session" && cookie.value == "abc" && cookie.path == "/")
        #expect(cookie.httpOnly && cookie.secure && cookie.sameSite == .lax)
        #expect(cookie.maxAge == 30 * 24 * 3600)
        let plain = SessionCookie(isSecure: false).cookie(token: Secret("abc"), lifetime: .days(30))
        #expect(!plain.secure && plain.name == "session")
        #expect(SessionCookie(isSecure: true).expired().maxAge == 0)
    }

    // MARK: Origins

    @Test(
        arguments: [
            [.origin: TestSite.origin], [.origin: "https://CLAW.example"],
            [HTTPField.Name("Sec-Fetch-Site")!: "same-origin"],
            [.origin: TestSite.origin, HTTPField.Name("Sec-Fetch-Site")!: "same-site"],
        ] as [HTTPFields])
    func ourOwnPagesMayChangeThings(headers: HTTPFields) async throws {
        try await TestSite().test(routes: Self.routes) { client in
            for method: HTTPRequest.Method in [.post, .delete] {
                try await client.execute(uri: "/change", method: method, headers: headers) { #expect($0.status == .ok) }
            }
        }
    }

    @Test(
        arguments: [
            [:], [.origin: "null"], [.origin: "https://evil.example"], [.origin: "http://claw.example"],
            [.origin: "https://claw.example.evil.example"], [.origin: "https://claw.example:8443"], [.origin: ""],
            [HTTPField.Name("Sec-Fetch-Site")!: "cross-site"], [HTTPField.Name("Sec-Fetch-Site")!: "same-site"],
            [HTTPField.Name("Sec-Fetch-Site")!: "none"], [.referer: TestSite.origin + "/chat"],
        ] as [HTTPFields])
    func othersMayNot(headers: HTTPFields) async throws {
        try await TestSite().test(routes: Self.routes) { client in
            for method: HTTPRequest.Method in [.post, .delete] {
                try await client.execute(uri: "/change", method: method, headers: headers) { response in
                    #expect(response.status == .forbidden)
                    let problem = try ReceivedProblem(response)
                    #expect(problem.code == "foreign_origin")
                }
            }
        }
    }

    @Test func readingAndWebhooksNeedNoOrigin() async throws {
        try await TestSite().test(routes: Self.routes) { client in
            try await client.execute(uri: "/cached", method: .get) { #expect($0.status == .ok) }
            try await client.execute(uri: "/cached", method: .head) { #expect($0.status == .ok) }
            try await client.execute(uri: "/webhooks/any", method: .post) { #expect($0.status == .ok) }
        }
    }

    // MARK: Headers

    @Test func everyResponseTellsBrowsersWhatOurPagesNeverDo() async throws {
        try await TestSite().test(routes: Self.routes) { client in
            for uri in ["/me", "/nowhere", "/cached"] {
                try await client.execute(uri: uri, method: .get) { response in
                    let policy = try #require(response.headers[.contentSecurityPolicy])
                    #expect(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"))
                    #expect(!policy.contains("unsafe"))
                    #expect(response.headers[.xContentTypeOptions] == "nosniff")
                    #expect(response.headers[.strictTransportSecurity]?.hasPrefix("max-age=31536000") == true)
                    #expect(response.headers[values: .cacheControl].count == 1)
                }
            }
        }
    }

    @Test func aHandlersOwnHeaderWins() async throws {
        try await TestSite().test(routes: Self.routes) { client in
            try await client.execute(uri: "/cached", method: .get) { response in
                #expect(response.headers[.cacheControl] == "public, max-age=60")
            }
        }
    }
}
