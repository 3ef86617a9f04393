import Core
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Identity
import Testing

struct LandingTests {
    @Test func showsThePlansAndLeavesNoTrace() async throws {
        try await TestWeb.run { web in
            let page = try await web.get("/")
            #expect(page.status == .ok)
            #expect(page.headers[.setCookie] == nil)
            for text in ["$19", "$49", "$129", "About 240 messages a day", "href=\"/chat\""] {
                #expect(page.text.contains(text))
            }
            #expect(try await web.count("customers") == 0)
        }
    }

    @Test(arguments: ["/", "/privacy", "/terms"])
    func isNotSentAgainToABrowserThatHasIt(_ path: String) async throws {
        try await TestWeb.run { web in
            let english = try await web.get(path)
            let etag = try #require(english.headers[.eTag])
            #expect(english.headers[.cacheControl] == "private, no-cache")
            #expect(english.headers[.vary]?.contains("Cookie") == true)
            #expect(try await web.get(path, [.ifNoneMatch: etag]).status == .notModified)
            #expect(try await web.get(path + "?lang=pt", [.ifNoneMatch: etag]).status == .ok)
        }
    }

    @Test func leadsToTheChatWhileTelegramIsDown() async throws {
        try await TestWeb.run { web in
            #expect(try await web.get("/").text.contains("href=\"/telegram\""))
            let answer = try await web.get("/telegram")
            #expect(answer.status == .temporaryRedirect)
            #expect(answer.headers[.location] == "/chat")
            // Each may knock at Telegram's door.
            let refused = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                for _ in 0..<20 { tasks.addTask { try await web.get("/telegram").status == .tooManyRequests } }
                return try await tasks.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(refused >= 1)
        }
    }

    @Test(arguments: ["en", "pt"])
    func noPlanPromisesWhatAnAgentDoesNotDo(_ language: String) async throws {
        try await TestWeb.run { web in
            let page = try await web.get("/?lang=\(language)").text.lowercased()
            // An agent answers its one owner, and there is no place to write instructions.
            for claim in ["telegram accounts", "contas do telegram", "instructions", "instruções"] {
                #expect(!page.contains(claim))
            }
        }
    }

    @Test func firstVisitWeighsLessThan100Kilobytes() async throws {
        try await TestWeb.run { web in
            for path in ["/", "/chat", "/login"] {
                let page = try await web.get(path)
                var bytes = page.body.readableBytes
                for match in page.text.matches(of: #/(?:href|src)="(/assets/[^"]+)"/#) {
                    let asset = try await web.get(String(match.1).replacing("&amp;", with: "&"))
                    #expect(asset.status == .ok)
                    bytes += asset.body.readableBytes
                }
                #expect(bytes < 100_000, "\(path) weighs \(bytes)")
            }
        }
    }

    @Test func assetsAreKeptForGoodUnderTheirVersionOnly() async throws {
        try await TestWeb.run { web in
            let page = try await web.get("/").text
            let style = try #require(page.firstMatch(of: #/href="(/assets/site.css\?v&?#?[^"]+)"/#)).1
            let url = String(style).replacing("&#x3D;", with: "=").replacing("&#61;", with: "=")
            #expect(try await web.get(url).headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(try await web.get("/assets/site.css?v=old").headers[.cacheControl] == "public, no-cache")
            #expect(try await web.get("/assets/site.css").headers[.contentType] == "text/css; charset=utf-8")
        }
    }

    @Test func aSharedLinkHasAPictureAndAHomeScreenAnIcon() async throws {
        try await TestWeb.run { web in
            let page = try await web.get("/").text
            let image = try #require(page.firstMatch(of: #/og:image" content="([^"]+)"/#)).1
            let path = String(image).replacing("&#x3D;", with: "=").replacing("&#61;", with: "=")
            #expect(path.hasPrefix(TestWeb.origin))
            let icon = try await web.get("/apple-touch-icon.png")
            for url in [String(path.dropFirst(TestWeb.origin.count)), try #require(icon.location)] {
                let picture = try await web.get(url)
                #expect(picture.headers[.contentType] == "image/png")
                #expect(Array(picture.body.readableBytesView.prefix(4)) == [0x89, 0x50, 0x4E, 0x47])
            }
        }
    }

    @Test func keepsCrawlersFromPagesOfPeople() async throws {
        try await TestWeb.run { web in
            let robots = try await web.get("/robots.txt").text
            #expect(robots.contains("Disallow: /chat\n") && robots.contains("Disallow: /dashboard\n"))
        }
    }

    @Test(arguments: [("pt-PT,pt;q=0.9,en;q=0.5", "pt-BR"), ("de,en;q=0.5", "en"), ("", "en")])
    func speaksWhatTheBrowserAsksFor(_ header: String, _ language: String) async throws {
        try await TestWeb.run { web in
            let page = try await web.get("/", as: nil, [.acceptLanguage: header])
            #expect(page.headers[.contentLanguage] == language)
            #expect(page.text.contains("<html lang=\"\(language)\">"))
        }
    }

    @Test func remembersALanguageThatWasPicked() async throws {
        try await TestWeb.run { web in
            let page = try await web.get("/?lang=pt", as: nil, [.acceptLanguage: "en"])
            #expect(page.headers[.contentLanguage] == "pt-BR")
            let cookie = try #require(page.headers[.setCookie])
            #expect(cookie.contains("language=pt") && cookie.contains("Secure") && cookie.contains("SameSite=Lax"))
            #expect(
                try await web.get("/", as: nil, [.cookie: "language=pt", .acceptLanguage: "en"]).headers[.contentLanguage]
                    == "pt-BR")
            #expect(try await web.get("/?lang=xx").headers[.setCookie] == nil)
        }
    }

    @Test func aPickedLanguageStaysWithTheCustomer() async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            _ = try await web.get("/?lang=pt", as: visitor)
            #expect(try await web.identity.customer(sessionToken: visitor.token)?.language == .portuguese)
            #expect(try await web.get("/privacy", as: visitor).headers[.contentLanguage] == "pt-BR")
        }
    }
}
