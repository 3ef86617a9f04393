import Foundation
import Telegram
import TestSupport
import Testing

@testable import CloudApp

/// The same conversation inside Telegram: begun there, and continued from the page and back.
@Suite(.serialized)
struct TelegramJourneyTests {
    private static let manager = SandboxSecrets.telegramBotUsername

    @Test func fromHiToAnAgentThatAnswersInSixMessages() async throws {
        try await Engine.sqlite.withServer { server in
            let phone = PocketPhone(server)
            var messages = 0
            for (words, label) in [
                ("hi", "Planning my week"), ("Planning my week and my meals", "Nova"), ("Luna", "Every day"),
                ("Just me, every day for work", "★"),
            ] {
                try await phone.journey.send(words, to: Self.manager)
                messages += 1
                _ = try await phone.button(label)
            }
            try await phone.press("★ Pro")
            messages += 1
            let bot = try await phone.createBot()
            #expect(bot.hasPrefix("luna_"))

            let page = try #require(try await phone.button("Go to the payment").url)
            try await phone.journey.pay(page)
            let agent = try #require(try await phone.button("Open Luna").url)
            #expect(agent.hasSuffix("/t.me/\(bot)"))
            let said = try await phone.conversation().messages.filter { $0.from == "bot" }
            #expect(said.count { $0.text.contains("Payment received") } <= 1)
            #expect(said.count { $0.text.contains("Luna is ready") } == 1)
            #expect(said.dropLast().allSatisfy { $0.buttons == nil }, "old buttons retire")

            #expect(try await phone.journey.talk("Hello! What is 2 + 3?", to: bot).contains("5"))
            messages += 1
            #expect(messages <= 6)
            #expect(try await phone.journey.hello(of: bot).contains("I'm Luna"))
        }
    }

    @Test func aConversationBegunOnThePageEndsInTelegram() async throws {
        try await Engine.sqlite.withServer { server in
            let phone = PocketPhone(server)
            let journey = phone.journey
            try await journey.openChat()
            let link = try await journey.chat(until: "telegram")
            _ = try await journey.browser.get(link)
            let code = try #require(link.split(separator: "?start=").last)
            try await journey.send("/start \(code)", to: Self.manager)
            _ = try await phone.request()

            // Killed between what is written on Telegram and its answer, the platform answers it once when it is back.
            try await journey.send("how much does Team cost?", to: Self.manager)
            server.kill()
            try await server.start()
            try await eventually("both the page and Telegram show the answer") {
                let shown = try await phone.conversation().messages.filter { $0.from == "bot" && $0.text.contains("129") }
                return try await journey.messages().contains { $0.role == "agent" && $0.text.contains("129") }
                    && !shown.isEmpty
            }
            #expect(try await journey.messages().count { $0.text == "how much does Team cost?" } == 1)
            let bot = try await phone.createBot()
            let page = try #require(try await phone.button("Go to the payment").url)

            // On another device the page shows the same conversation.
            try await journey.send("web", to: Self.manager)
            let signIn = try #require(try await phone.button("Go on on the page").url)
            let other = Journey(site: server.site, sandbox: server.sandbox)
            #expect(try await other.browser.get(signIn).status == 200)
            #expect(try await other.browser.post(form: [], to: signIn).location == server.site + "/chat#latest")
            #expect(try await other.messages().count { $0.text == "how much does Team cost?" } == 1)

            try await journey.pay(page)
            _ = try await phone.button("Open Luna")
            #expect(try await journey.agentIsRunning() == bot)
            #expect(try await journey.talk("Hello! What is 2 + 3?", to: bot).contains("5"))
        }
    }

    /// The chat with the manager bot on the sandbox's phone.
    private struct PocketPhone {
        let journey: Journey
        private let url: String

        init(_ server: ServerProcess) {
            journey = Journey(site: server.site, sandbox: server.sandbox, isStubborn: true)
            url = server.sandbox + "/phone"
        }

        struct Conversation: Decodable {
            let chat: Chat
            let messages: [Message]

            struct Chat: Decodable { let keyboard: ReplyKeyboard? }
            struct Message: Decodable {
                let id: Int64
                let from: String
                let text: String
                let buttons: [[InlineButton]]?
            }
        }

        func conversation() async throws -> Conversation {
            try await journey.browser.get("\(url)/chats/\(manager)/messages?after=0").json()
        }

        /// Waits until the last thing that the bot has said has a button with this beginning.
        func button(_ label: String) async throws -> InlineButton {
            var found: InlineButton?
            try await eventually("a button “\(label)”", within: .seconds(60)) {
                let last = try await conversation().messages.last { $0.from == "bot" }
                found = last?.buttons?.joined().first { $0.text.hasPrefix(label) }
                return found != nil
            }
            return try #require(found)
        }

        func press(_ label: String) async throws {
            struct Press: Encodable {
                let messageID: Int64
                let data: String

                enum CodingKeys: String, CodingKey {
                    case data
                    case messageID = "message_id"
                }
            }
            let data = try #require(try await button(label).callbackData)
            let message = try #require(try await conversation().messages.last { $0.from == "bot" })
            let press = Press(messageID: message.id, data: data)
            #expect(try await journey.browser.post(json: press, to: "\(url)/chats/\(manager)/presses").status == 201)
        }

        /// Waits for the button that creates the agent's bot.
        func request() async throws -> RequestManagedBot {
            var found: RequestManagedBot?
            try await eventually("the button that creates the bot") {
                found = try await conversation().chat.keyboard?.keyboard.joined().compactMap(\.requestManagedBot).first
                return found != nil
            }
            return try #require(found)
        }

        /// Presses it and confirms.
        /// - Returns: the bot's user name.
        func createBot() async throws -> String {
            struct NewBot: Encodable {
                let manager: String
                let name: String
                let username: String
            }
            let request = try await request()
            let bot = NewBot(
                manager: TelegramJourneyTests.manager, name: request.suggestedName ?? "",
                username: request.suggestedUsername ?? "")
            #expect(try await journey.browser.post(json: bot, to: url + "/managed-bots").status == 201)
            return bot.username
        }

        private var manager: String { TelegramJourneyTests.manager }
    }
}
