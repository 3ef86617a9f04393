import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization
import Telegram
import Testing

@testable import Sandbox

struct TelegramBotAPITests {
    private static let bot = TelegramLab.manager.username

    @Test func tellsWhoTheManagerIs() async throws {
        try await TelegramLab.run { lab async throws in
            let bot = try await lab.manager.getMe()
            #expect(bot.id == 7_000_000_001)
            #expect(bot.isBot)
            #expect(bot.firstName == "Platform")
            #expect(bot.username == "Platform_Bot")
            #expect(bot.canManageBots == true)
        }
    }

    @Test func aMessageReachesTheBotAndItsAnswerThePhone() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone(language: "pt-BR,pt;q=0.9")
            #expect(try await phone.say("/start abc", to: Self.bot).status == 201)
            let updates = try await lab.manager.getUpdates()
            let message = try #require(updates.first?.message)
            #expect(message.text == "/start abc")
            #expect(message.from?.languageCode == "pt-BR")
            #expect(message.from?.isBot == false)
            #expect(message.chat.id == message.from?.id)
            try await lab.manager.sendMessage(
                chatID: message.chat.id, text: "Olá",
                replyMarkup: .inline(InlineKeyboard([[InlineButton(text: "Site", url: "https://example.com")]])))
            let said = try await phone.messages(Self.bot).map(\.text)
            #expect(said == ["/start abc", "Olá"])
        }
    }

    @Test func updatesComeAgainUntilAnOffsetConfirmsThem() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            try await phone.say("one", to: Self.bot)
            try await phone.say("two", to: Self.bot)
            let first = try await lab.manager.getUpdates()
            #expect(first.map(\.message?.text) == ["one", "two"])
            #expect(try await lab.manager.getUpdates() == first)
            let rest = try await lab.manager.getUpdates(offset: first[0].updateID + 1)
            #expect(rest.map(\.message?.text) == ["two"])
            #expect(try await lab.manager.getUpdates(offset: rest[0].updateID + 1).isEmpty)
            try await phone.say("three", to: Self.bot)
            let later = try await lab.manager.getUpdates()
            #expect(later.map(\.message?.text) == ["three"])
            #expect(later[0].updateID > rest[0].updateID)
        }
    }

    @Test func aLongPollEndsAsSoonAsThereIsNews() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            async let updates = lab.manager.getUpdates(timeout: 50)
            try await phone.say("hello", to: Self.bot)
            #expect(try await updates.map(\.message?.text) == ["hello"])
        }
    }

    @Test func aLongPollEndsEmptyAfterItsTimeout() async throws {
        try await TelegramLab.run { lab async throws in
            #expect(try await lab.manager.getUpdates(timeout: 1).isEmpty)
        }
    }

    @Test func aSecondPollerEndsTheFirstWithAConflict() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...2 {
                    group.addTask {
                        do {
                            return try await lab.manager.getUpdates(timeout: 50).compactMap(\.message?.text).joined()
                        } catch TelegramError.conflict {
                            return "conflict"
                        }
                    }
                }
                let first = try await group.next()
                try await phone.say("hello", to: Self.bot)
                return [first, try await group.next()]
            }
            #expect(outcomes == ["conflict", "hello"])
        }
    }

    @Test func aWebhookKeepsPollersAwayUntilItIsDeleted() async throws {
        try await TelegramLab.run { lab async throws in
            let plain = try await call(lab, "setWebhook?url=http://example.com/")
            #expect(plain.status == 400)
            #expect(try await call(lab, "setWebhook?url=https://example.com/").status == 200)
            let error = await #expect(throws: TelegramError.self) { try await lab.manager.getUpdates() }
            #expect(error?.code == 409)
            try await lab.manager.deleteWebhook()
            #expect(try await lab.manager.getUpdates().isEmpty)
        }
    }

    @Test func refusesWhatNobodyKnows() async throws {
        try await TelegramLab.run { lab async throws in
            let stranger = lab.client("7000000001:" + String(repeating: "x", count: 35))
            await #expect(throws: TelegramError.unauthorized) { try await stranger.getMe() }
            let method = try await call(lab, "sendTelepathy")
            #expect(method.status == 404)
            #expect(method.body == #"{"description":"Not Found: method not found","error_code":404,"ok":false}"#)
        }
    }

    @Test(arguments: [
        ("sendMessage", "{}"), ("sendMessage", #"{"chat_id": "abc", "text": "x"}"#),
        ("sendMessage", #"{"chat_id": 5, "text": " "}"#),
        ("sendMessage", #"{"chat_id": 5, "text": "nobody has this chat"}"#), ("sendMessage", "no JSON"),
        ("sendMessage", "[1]"),
        ("sendMessage", #"{"chat_id": 5, "text": "x", "reply_markup": {"keyboard": 3}}"#),
        ("sendChatAction", #"{"chat_id": 5, "action": "flying"}"#), ("getManagedBotToken", #"{"user_id": 5}"#),
        ("setMyCommands", #"{"commands": [{"command": "Upper", "description": "x"}]}"#), ("getFile", "{}"),
    ])
    func refusesWrongParametersInTelegramsEnvelope(method: String, json: String) async throws {
        try await TelegramLab.run { lab async throws in
            let answer = try await call(lab, method, type: "application/json", body: json)
            #expect(answer.status == 400)
            #expect(answer.body.contains(#""error_code":400"#))
            #expect(answer.body.contains(#""ok":false"#))
        }
    }

    @Test func takesParametersFromQueryFormAndJSON() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            try await phone.say("/start", to: Self.bot)
            let id = try #require(try await lab.manager.getUpdates().first?.message?.chat.id)
            let markup = "%7B%22remove_keyboard%22%3Atrue%7D"
            let form = "application/x-www-form-urlencoded"
            #expect(try await call(lab, "SENDMESSAGE?chat_id=\(id)&text=a%20b").status == 200)
            #expect(
                try await call(lab, "sendMessage", type: form, body: "chat_id=\(id)&text=c+d&reply_markup=\(markup)").status
                    == 200)
            #expect(
                try await call(
                    lab, "sendMessage", type: "application/json",
                    body: #"{"chat_id": "\#(id)", "text": "<b>e</b> &lt; f", "parse_mode": "HTML"}"#
                ).status == 200)
            let said = try await phone.messages(Self.bot).map(\.text)
            #expect(said == ["/start", "a b", "c d", "e < f"])
        }
    }

    @Test func asksToWaitAfterThirtyMessagesInASecond() async throws {
        let time = Atomic<Int64>(1_700_000_000_000)
        try await TelegramLab.run(now: { time.load(ordering: .relaxed) }) { lab in
            try await lab.phone().say("/start", to: Self.bot)
            let id = try #require(try await lab.manager.getUpdates().first?.message?.chat.id)
            for number in 1...30 { try await lab.manager.sendMessage(chatID: id, text: "\(number)") }
            await #expect(throws: TelegramError.tooManyRequests(retryAfter: 1)) {
                try await lab.manager.sendMessage(chatID: id, text: "31")
            }
        }
    }

    @Test func editsAndDeletionsReachThePhone() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            try await phone.say("/start", to: Self.bot)
            let id = try #require(try await lab.manager.getUpdates().first?.message?.chat.id)
            let sent = try await lab.manager.sendMessage(chatID: id, text: "Hel")
            #expect(
                try await call(lab, "editMessageText?chat_id=\(id)&message_id=\(sent.messageID)&text=Hello").status == 200)
            let edited = try #require(try await phone.messages(Self.bot, after: sent.messageID).first)
            #expect(edited.text == "Hello")
            #expect(edited.edited)
            #expect(try await call(lab, "deleteMessage?chat_id=\(id)&message_id=\(sent.messageID)").status == 200)
            let deleted = try #require(try await phone.messages(Self.bot, after: edited.revision).first)
            #expect(deleted.deleted)
            #expect(deleted.text.isEmpty)
        }
    }

    private func call(
        _ lab: TelegramLab, _ method: String, type: String? = nil, body: String? = nil
    ) async throws -> (status: Int, body: String) {
        var request = HTTPClientRequest(url: "\(lab.root)/bot\(TelegramLab.manager.token)/\(method)")
        if let type { request.headers.add(name: "Content-Type", value: type) }
        if let body {
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: body))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        return (Int(response.status.code), String(buffer: try await response.body.collect(upTo: 1 << 20)))
    }
}
