import TestSupport
import Testing

@testable import CloudApp

/// From Telegram's refusal to create another bot to an agent that runs with one that the visitor had.
@Suite(.serialized)
struct OwnBotJourneyTests {
    private struct Bot: Encodable {
        var manager: String?
        let name = "Old"
        let username: String
    }

    @Test func whoHasTooManyBotsGivesOneOfThemToTheirAgent() async throws {
        try await Engine.sqlite.withServer { server in
            let journey = Journey(site: server.site, sandbox: server.sandbox)
            let phone = server.sandbox + "/phone"
            try await journey.openChat()
            let link = try await journey.chat(until: "telegram")
            _ = try await journey.browser.get(link)
            for number in 1...20 {
                let made = try await journey.browser.post(
                    json: Bot(username: "old\(number)_of_mine_bot"), to: phone + "/bots")
                #expect(made.status == 201)
            }
            let parts = try #require(link.split(separator: "/").last).split(separator: "?start=").map(String.init)
            try await journey.send("/start \(parts[1])", to: parts[0])
            let refused = try await journey.browser.post(
                json: Bot(manager: parts[0], username: "luna_of_mine_bot"), to: phone + "/managed-bots")
            #expect(refused.status == 400 && refused.body.contains("BOT_CREATE_LIMIT_EXCEEDED"))

            try await journey.send("Telegram creates no bot", to: parts[0])
            try await eventually("the chat explains it") {
                try await journey.messages().last?.card?.url?.hasSuffix("/BotFather") == true
            }
            for text in ["/mybots", "@old7_of_mine_bot", "API Token"] { try await journey.send(text, to: "BotFather") }
            let given = try #require(try await journey.said(by: "BotFather").last)
            let token = try #require(given.firstMatch(of: /[0-9]+:[A-Za-z0-9_-]{35}/)).0
            _ = try await journey.browser.post(
                form: [("text", String(token)), ("key", "token")], to: server.site + "/chat/messages")

            let page = try await journey.openCheckout(try await journey.chat(until: "checkout"))
            try await journey.pay(page)
            #expect(try await journey.agentIsRunning() == "old7_of_mine_bot")
            #expect(try await journey.talk("Hello! What is 2 + 3?", to: "old7_of_mine_bot").contains("5"))
            #expect(try await journey.hello(of: "old7_of_mine_bot").contains("I'm Luna"))
        }
    }
}
