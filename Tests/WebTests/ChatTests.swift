import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import TestSupport
import Testing

struct ChatTests {
    @Test func lookingWritesNothingAndShowsTheGreeting() async throws {
        try await TestWeb.run { web in
            for _ in 1...2 {
                let page = try await web.get("/chat")
                #expect(page.status == .ok)
                #expect(page.headers[.setCookie] == nil)
                #expect(page.text.contains("id=\"m1\"") && page.text.contains("data-events=\"\""))
                #expect(page.headers[.cacheControl] == "no-store")
            }
            #expect(try await web.get("/chat/messages", as: nil, [.accept: "*/*"]).text.contains("\"position\":1"))
            let head = try await web.client.executeRequest(uri: "/chat", method: .head, headers: [:], body: nil)
            #expect(head.status == .ok)
            for table in ["customers", "sessions", "conversations", "messages", "jobs"] {
                #expect(try await web.count(table) == 0, "\(table)")
            }
        }
    }

    @Test func theFirstMessageBeginsASessionAfterTheSameGreeting() async throws {
        try await TestWeb.run { web in
            let greeting = try await web.get("/chat").text
            let said = try await web.post("/chat/messages", "text=Plan+my+week&key=1")
            let cookie = try #require(said.headers[.setCookie])
            for flag in ["__Host-session=", "HttpOnly", "SameSite=Lax", "Secure"] { #expect(cookie.contains(flag)) }
            #expect(try await web.count("customers") == 1)
            #expect(try await web.count("conversations") == 1)
            let token = try #require(cookie.firstMatch(of: /__Host-session=([^;]+)/)).1
            let visitor = TestWeb.Visitor(customer: .sample(), token: String(token))
            let page = try await web.get("/chat", as: visitor).text
            #expect(page.contains("Plan my week"))
            let bubble = #/<div class="bubble">.*?</div>/#
            #expect(page.firstMatch(of: bubble)?.0 == greeting.firstMatch(of: bubble)?.0)
        }
    }

    /// Without scripts; chat.js sends the same fields.
    @Test(arguments: ["en", "pt"])
    func thePlanOfTheLandingPageGoesWithTheFirstMessage(_ language: String) async throws {
        try await TestWeb.run { web in
            #expect(try await web.get("/?lang=\(language)").text.contains("href=\"/chat?plan=team\""))
            let page = try await web.get("/chat?plan=team&lang=\(language)").text
            let field = #"name="plan" value="team""#
            #expect(page.contains("Team") && page.contains("129"))
            #expect(page.ranges(of: field).count > 1, "the field and every button have it")
            #expect(page.contains("&amp;plan=team\""), "the other language keeps it")
            let said = try await web.post("/chat/messages", "text=Plan+my+week&key=1&plan=team")
            let token = try #require(said.headers[.setCookie]?.firstMatch(of: /__Host-session=([^;]+)/)).1
            let visitor = TestWeb.Visitor(customer: .sample(), token: String(token))
            let chat = try await web.get("/chat", as: visitor).text
            #expect(chat.contains("129") && !chat.contains(field))
        }
    }

    @Test func aPlanThatThereIsNotIsNone() async throws {
        try await TestWeb.run { web in
            for name in ["gold", "", "Team%22%3E", "%00"] {
                let page = try await web.get("/chat?plan=\(name)").text
                #expect(!page.contains("name=\"plan\"") && !page.contains("plan=") && !page.contains("129"))
            }
            #expect(try await web.post("/chat/messages", "text=Hello&key=1&plan=gold").status == .seeOther)
            #expect(try await web.count("conversations") == 1)
        }
    }

    @Test func whatIsNoMessageMakesNobody() async throws {
        try await TestWeb.run { web in
            for form in ["text=+++", "text=%00", "text=a&key=%00"] {
                let answer = try await web.post("/chat/messages", form)
                #expect(answer.status == .badRequest)
            }
            #expect(try await web.count("customers") == 0)
        }
    }

    @Test func comingBackGoesOnWithTheSameConversation() async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            for number in 1...2 { _ = try await web.post("/chat/messages", "text=Hello&key=\(number)", as: visitor) }
            #expect(try await web.get("/chat", as: visitor).headers[.setCookie] == nil)
            #expect(try await web.count("conversations") == 1)
        }
    }

    @Test func worksWithoutScripts() async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            let said = try await web.post("/chat/messages", "text=Plan+my+week&key=1", as: visitor)
            #expect(said.status == .seeOther)
            #expect(said.location == "/chat#latest")
            let page = try await web.get("/chat", as: visitor).text
            #expect(page.contains("Plan my week"))
            #expect(page.contains("<noscript><meta http-equiv=\"refresh\""), "the answer would never be seen")
        }
    }

    @Test func theSameKeyCountsOnce() async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            for _ in 1...2 {
                let said = try await web.post(
                    "/chat/messages", "text=Hello&key=7", as: visitor,
                    [.origin: TestWeb.origin, .accept: "application/json"])
                #expect(said.status == .noContent)
            }
            #expect(try await messages(web, visitor).count { $0.role == "visitor" } == 1)
        }
    }

    @Test func programsReadMessagesAndCardsAsJSON() async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            _ = try await web.get("/chat", as: visitor)
            let greeting = try await messages(web, visitor)
            #expect(greeting.first?.position == 1 && greeting.first?.role == "agent")
            #expect(greeting.contains { $0.card?.type == "choices" })
            #expect(try await messages(web, visitor, after: greeting.count).isEmpty)
        }
    }

    @Test(arguments: ["abc", "-1", "1.5"])
    func refusesAPositionThatIsNone(_ after: String) async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            for path in ["/chat/messages", "/chat/events"] {
                let answer = try await web.get("\(path)?after=\(after)", as: visitor, [.accept: "application/json"])
                #expect(answer.status == .badRequest)
                #expect(answer.text.contains("\"code\":\"invalid_position\""))
            }
        }
    }

    @Test func escapesWhatWasSaid() async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            _ = try await web.post("/chat/messages", "text=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E&key=1", as: visitor)
            let page = try await web.get("/chat", as: visitor).text
            #expect(page.contains("&lt;img src"))
            #expect(!page.contains("<img"))
        }
    }

    @Test(arguments: [
        ("text=" + String(repeating: "a", count: 4001), HTTPResponse.Status.badRequest, "message_too_long"),
        ("text=+++", .badRequest, "message_empty"), ("key=1", .badRequest, "malformed_form"),
        ("text=a&key=" + String(repeating: "k", count: 65), .badRequest, "invalid_key"),
        ("text=a&key=%00", .badRequest, "invalid_key"),
        ("text=" + String(repeating: "a", count: 70_000), .contentTooLarge, "body_too_large"),
    ])
    func refusesWhatIsNoMessage(_ form: String, _ status: HTTPResponse.Status, _ code: String) async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            let answer = try await web.post(
                "/chat/messages", form, as: visitor, [.origin: TestWeb.origin, .accept: "application/json"])
            #expect(answer.status == status)
            #expect(answer.text.contains("\"code\":\"\(code)\""))
            #expect(try await web.count("messages") == 0)
        }
    }

    @Test func refusesOtherTypesOfBodies() async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            let answer = try await web.client.executeRequest(
                uri: "/chat/messages", method: .post,
                headers: [
                    .cookie: "__Host-session=\(visitor.token)", .origin: TestWeb.origin, .contentType: "application/json",
                ],
                body: .init(string: "{\"text\":\"Hello\"}"))
            #expect(answer.status == .unsupportedMediaType)
        }
    }

    @Test(arguments: ["https://evil.example", "null"])
    func refusesFormsOfOtherSites(_ origin: String) async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            let answer = try await web.post("/chat/messages", "text=Hello", as: visitor, [.origin: origin])
            #expect(answer.status == .forbidden)
            #expect(answer.text.contains("<!doctype html>"))
            #expect(try await web.count("messages") == 0)
        }
    }

    @Test func strangersHaveNoEvents() async throws {
        try await TestWeb.run { web in
            for path in ["/chat/events", "/box/events"] {
                let answer = try await web.get(path, as: nil, [.accept: "*/*"])
                #expect(answer.status == .unauthorized)
            }
        }
    }

    @Test func slowsDownWhoSaysTooMuch() async throws {
        try await TestWeb.run { web in
            let visitor = try await web.visitor()
            var statuses: [HTTPResponse.Status] = []
            for number in 1...25 {
                statuses.append(try await web.post("/chat/messages", "text=Hello&key=\(number)", as: visitor).status)
            }
            #expect(statuses.first == .seeOther)
            #expect(statuses.last == .tooManyRequests)
            let refused = try await web.post("/chat/messages", "text=Hello&key=26", as: visitor)
            #expect(refused.headers[.retryAfter].flatMap(Int.init).map { (1...20).contains($0) } == true)
        }
    }

    private struct Received: Decodable {
        struct Card: Decodable {
            let type: String
        }

        let position: Int
        let role: String
        let card: Card?
    }

    private func messages(_ web: TestWeb, _ visitor: TestWeb.Visitor, after: Int = 0) async throws -> [Received] {
        let answer = try await web.get("/chat/messages?after=\(after)", as: visitor, [.accept: "application/json"])
        return try JSONDecoder().decode([Received].self, from: Data(answer.body.readableBytesView))
    }
}
