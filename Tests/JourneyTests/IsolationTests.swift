import Foundation
import TestSupport
import Testing

@testable import CloudApp

/// Two customers on one platform: the second tries everything that the first has.
struct IsolationTests {
    @Test(arguments: Engine.allCases)
    func aSecondCustomerReachesNothingOfTheFirst(on engine: Engine) async throws {
        try await engine.withServer { server in
            let first = Journey(site: server.site, sandbox: server.sandbox)
            let outcome = try await first.walk()
            let checkout = try await first.chat(until: "checkout")
            let box: Journey.BoxState = try await first.browser.get(server.site + "/v1/box").json()
            let secrets = [outcome.bot, box.id, checkout, "Luna", "ada@example.com"]

            let second = JourneyClient()
            _ = try await second.get(server.site + "/chat")
            // With the first message they are somebody.
            let word = try await second.post(form: [("text", "hello"), ("key", "1")], to: server.site + "/chat/messages")
            #expect((200..<400).contains(word.status))
            for path in [
                checkout, checkout + "/done", checkout + "/left", "/v1/me", "/v1/box", "/v1/usage", "/v1/usage/events",
                "/chat/messages?after=0", "/chat", "/dashboard", "/v1/box?id=\(box.id)", "/v1/usage?customer_id=\(box.id)",
            ] {
                let answer = try await second.get(server.site + path)
                // The path itself may be repeated; nothing else may be learned.
                let shown = answer.body + (answer.location ?? "")
                for secret in secrets where !path.contains(secret) {
                    #expect(!shown.contains(secret), "\(path) shows \(secret)")
                }
                if path.hasPrefix(checkout) { #expect(answer.status == 404, "\(path)") }
            }
            for path in ["/dashboard/restart", "/dashboard/billing", "/v1/box/restart"] {
                let answer = try await second.post(form: [("box", box.id), ("id", box.id)], to: server.site + path)
                #expect(answer.status >= 300, "\(path)")
            }
            let after: Journey.BoxState = try await first.browser.get(server.site + "/v1/box").json()
            #expect(after.status == "running")
            // On Telegram anyone can write to a bot; the agent takes messages in their order and answers only its owner.
            _ = try await second.post(json: ["text": "hello"], to: "\(server.sandbox)/phone/chats/\(outcome.bot)/messages")
            _ = try await first.talk("And 4 + 4?", to: outcome.bot)
            let overheard = try await second.get("\(server.sandbox)/phone/chats/\(outcome.bot)/messages?after=0")
            #expect(overheard.body.contains("hello") && !overheard.body.contains(#""from":"bot""#))
            #expect(!overheard.body.contains("2 + 3"))
        }
    }
}
