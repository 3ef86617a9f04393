import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import Telegram
import Testing

@testable import Sandbox

struct TelegramPhoneTests {
    private static let bot = TelegramLab.manager.username

    @Test func eachVisitorIsAPersonOfTheirOwn() async throws {
        try await TelegramLab.run { lab async throws in
            let (ana, ben) = (lab.phone(), lab.phone())
            try await ana.say("I am Ana", to: Self.bot)
            try await ben.say("I am Ben", to: Self.bot)
            let people = try await lab.manager.getUpdates().compactMap(\.message?.from?.id)
            #expect(Set(people).count == 2)
            #expect(try await ana.messages(Self.bot).map(\.text) == ["I am Ana"])
            #expect(try await ben.messages(Self.bot).map(\.text) == ["I am Ben"])
        }
    }

    @Test func aDeepLinkOpensTheChatWithItsPayload() async throws {
        try await TelegramLab.run { lab async throws in
            let page = try await lab.phone().get("/t.me/platform_bot?start=abc-DEF_1")
            #expect(page.status == 200)
            #expect(page.body.contains(#""start":"abc-DEF_1""#))
            #expect(page.body.contains(#""kind":"chat""#))
            #expect(!(try await lab.phone().get("/t.me/platform_bot?start=a%20b").body.contains(#""start":"a b""#)))
            #expect(try await lab.phone().get("/t.me/nobody_bot").status == 404)
        }
    }

    @Test func theLinkForANewBotOpensTheSheet() async throws {
        try await TelegramLab.run { lab async throws in
            let page = try await lab.phone(language: "pt-BR").get(
                "/t.me/newbot/platform_bot/ana_bot?name=Ana%20%3C%2Fscript%3E")
            #expect(page.body.contains(#""kind":"newBot""#))
            #expect(page.body.contains(#""username":"ana_bot""#))
            #expect(page.body.contains(#"Ana \u003c/script>"#))
            #expect(page.body.contains(#"<html lang="pt">"#))
        }
    }

    @Test func everyPlaceOfThePageIsFilled() async throws {
        try await TelegramLab.run { lab async throws in
            let page = try await lab.phone().get("/phone").body
            #expect(page.contains("nonce=\""))
            #expect(!page.contains("nonce=\"\""))
            #expect(!page.contains("></style>"))
            #expect(!page.contains("></script>"))
        }
    }

    @Test(arguments: [("", 400), ("   ", 400), (String(repeating: "x", count: 4097), 400), ("fine", 201)])
    func takesMessagesOfSomeLengthOnly(text: String, status: Int) async throws {
        try await TelegramLab.run { lab async throws in
            #expect(try await lab.phone().say(text, to: Self.bot).status == status)
        }
    }

    @Test func whatIsNoMessageLeavesNoTrace() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            #expect(try await phone.post("/phone/chats/platform_bot/messages", "{").status == 400)
            #expect(try await phone.post("/phone/chats/platform_bot/messages", #"{"text": 5}"#).status == 400)
            #expect(try await phone.say("hello", to: "nobody_bot").status == 404)
            #expect(try await phone.chats().isEmpty)
            #expect(try await lab.manager.getUpdates().isEmpty)
        }
    }

    @Test func anOpenPhoneHearsOfAnswersAndTyping() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            try await phone.say("/start", to: Self.bot)
            let id = try #require(try await lab.manager.getUpdates().first?.message?.chat.id)
            let response = try await HTTPClient.shared.execute(phone.request("/phone/events"), timeout: .seconds(20))
            var heard = ""
            for try await chunk in response.body {
                heard += String(buffer: chunk)
                if heard.contains("event: change") { break }
                if heard.contains("event: typing") {
                    try await lab.manager.sendMessage(chatID: id, text: "Hello")
                } else if heard.contains("event: hello") {
                    try await lab.manager.sendChatAction(chatID: id)
                }
            }
            #expect(heard.contains("event: typing\ndata: {\"bot\":\"Platform_Bot\"}\n\n"))
            #expect(heard.contains("event: change\ndata: {\"bot\":\"Platform_Bot\"}\n\n"))
        }
    }

    @Test func aRestartForgetsNothing() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "telegram-" + UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await TelegramLab.run(in: folder) { lab async throws in
            try await lab.phone().create("ana_bot")
            try await lab.phone().say("hello", to: Self.bot)
        }
        try await TelegramLab.run(in: folder) { lab async throws in
            let updates = try await lab.manager.getUpdates()
            #expect(updates.first?.managedBot?.bot.username == "ana_bot")
            #expect(updates.last?.message?.text == "hello")
            #expect(try await lab.phone().create("ana_bot").status == 409)
        }
    }
}
