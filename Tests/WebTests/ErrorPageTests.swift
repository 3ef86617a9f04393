import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

struct ErrorPageTests {
    @Test func pagesThatDoNotExistLookLikeTheSite() async throws {
        try await TestWeb.run { web in
            let answer = try await web.get("/nowhere", as: nil, [.acceptLanguage: "pt"])
            #expect(answer.status == .notFound)
            #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
            #expect(answer.text.contains("Não há nada aqui"))
            let id = try #require(answer.headers[HTTPField.Name("X-Request-Id")!])
            let beginning = try #require(id.firstMatch(of: /req_([0-9a-f]{8})/)).1
            #expect(answer.text.contains("<code>\(beginning)</code>") && !answer.text.contains(id))
        }
    }

    @Test func anExpiredLinkAsksForTheAddressRightThere() async throws {
        try await TestWeb.run { web in
            let page = try await web.get("/login/unknown").text
            #expect(page.contains("action=\"/login\"") && page.contains("type=\"email\""))
            #expect(try await web.post("/login", "email=ana%40example.com").text.contains("ana@example.com"))
        }
    }

    @Test func programsGetAProblem() async throws {
        try await TestWeb.run { web in
            let answer = try await web.get("/nowhere", as: nil, [.accept: "application/json"])
            #expect(answer.headers[.contentType] == "application/problem+json")
        }
    }

    @Test(arguments: ["/", "/chat", "/chat/messages", "/dashboard", "/login", "/assets/site.css", "/privacy"])
    func otherMethodsAreRefused(_ path: String) async throws {
        try await TestWeb.run { web in
            let answer = try await web.client.executeRequest(
                uri: path, method: .delete, headers: [.origin: TestWeb.origin, .accept: "text/html"], body: nil)
            #expect(answer.status == .methodNotAllowed)
            #expect(try #require(answer.headers[.allow]).contains("GET"))
        }
    }

    @Test func everyPageForbidsFramesAndForeignScripts() async throws {
        try await TestWeb.run { web in
            for path in ["/", "/chat", "/login", "/nowhere"] {
                let headers = try await web.get(path).headers
                let policy = try #require(headers[.contentSecurityPolicy])
                #expect(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"))
                #expect(!policy.contains("unsafe"))
                #expect(headers[.xContentTypeOptions] == "nosniff")
                #expect(headers[.strictTransportSecurity] != nil)
            }
        }
    }
}
