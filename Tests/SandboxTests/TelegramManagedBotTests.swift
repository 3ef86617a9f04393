import Telegram
import Testing

@testable import Sandbox

struct TelegramManagedBotTests {
    private static let manager = TelegramLab.manager.username

    @Test func aButtonLeadsToABotThatTheManagerCanUse() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            try await phone.say("/start", to: Self.manager)
            let started = try #require(try await lab.manager.getUpdates().first)
            let personID = try #require(started.message?.from?.id)
            let button = KeyboardButton(
                text: "Create", requestManagedBot: RequestManagedBot(requestID: 5, suggestedUsername: "ana_bot"))
            try await lab.manager.sendMessage(
                chatID: personID, text: "Ready?", replyMarkup: .keyboard(ReplyKeyboard([[button]])))
            let body = #"{"manager": "platform_bot", "request_id": 5, "name": "Ana", "username": "ana_bot"}"#
            let created = try await phone.post("/phone/managed-bots", body)
            #expect(created.status == 201)
            #expect(try created.decoded(TestPhone.Bot.self).url == "http://sandbox.test/t.me/ana_bot")
            #expect(try created.decoded(TestPhone.Bot.self).token == nil)

            let news = try await lab.manager.getUpdates(offset: started.updateID + 1)
            let managed = try #require(news.first?.managedBot)
            #expect(managed.user.id == personID)
            #expect(managed.bot.username == "ana_bot")
            #expect(news.last?.message?.managedBotCreated?.bot == managed.bot)

            let child = lab.client(try await lab.manager.getManagedBotToken(botID: managed.bot.id))
            #expect(try await child.getMe().canManageBots == false)
            try await child.setMyName("Ana's agent")
            try await child.setMyDescription("Here for Ana")
            try await child.setMyCommands([BotCommand(command: "help", description: "What I can do")])
            #expect(try await child.getMe().firstName == "Ana's agent")
            let chat = try #require(try await phone.chats().first { $0.bot.username == "ana_bot" })
            #expect(chat.bot.name == "Ana's agent")
            #expect(!chat.started)
        }
    }

    @Test func aBotMayNotWriteFirst() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            try await phone.create("ana_bot")
            let managed = try #require(try await lab.manager.getUpdates().first?.managedBot)
            let child = lab.client(try await lab.manager.getManagedBotToken(botID: managed.bot.id))
            let error = await #expect(throws: TelegramError.self) {
                try await child.sendMessage(chatID: managed.user.id, text: "Surprise")
            }
            #expect(error?.code == 403)
            try await phone.say("/start", to: "ana_bot")
            try await child.sendMessage(chatID: managed.user.id, text: "Hello")
        }
    }

    @Test func aReplacedTokenIsWorthNothing() async throws {
        try await TelegramLab.run { lab async throws in
            try await lab.phone().create("ana_bot")
            let botID = try #require(try await lab.manager.getUpdates().first?.managedBot?.bot.id)
            let old = try await lab.manager.getManagedBotToken(botID: botID)
            let new = try await lab.manager.replaceManagedBotToken(botID: botID)
            #expect(new != old)
            #expect(TelegramToken.botID(of: new) == botID)
            await #expect(throws: TelegramError.unauthorized) { try await lab.client(old).getMe() }
            #expect(try await lab.client(new).getMe().id == botID)
            #expect(try await lab.manager.getManagedBotToken(botID: botID) == new)
        }
    }

    @Test func aLostAnswerCanBeAskedForAgain() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            let first = try await phone.create("ana_bot")
            let second = try await phone.create("ana_bot")
            #expect(second.status == 201)
            #expect(second.body == first.body)
            #expect(try await lab.manager.getUpdates().compactMap(\.managedBot).count == 1)
        }
    }

    @Test func aTakenUsernameIsRefusedWithAFreeOne() async throws {
        try await TelegramLab.run { lab async throws in
            try await lab.phone().create("ana_bot")
            let answer = try await lab.phone().create("ANA_bot")
            #expect(answer.status == 409)
            #expect(answer.body.contains("USERNAME_OCCUPIED"))
            #expect(answer.body.contains("ANA2_bot"))
        }
    }

    @Test(arguments: [
        "ana", "bot", "1na_bot", "ana bot", "ana-bot", "ána_bot", String(repeating: "a", count: 30) + "bot", "",
    ])
    func refusesABadUsername(_ username: String) async throws {
        try await TelegramLab.run { lab async throws in
            let answer = try await lab.phone().create(username)
            #expect(answer.status == 400)
            #expect(answer.body.contains("USERNAME_INVALID"))
        }
    }

    @Test func nobodyHasMoreThanTwentyBots() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            for number in 1...20 { #expect(try await phone.create("ana\(number)_bot").status == 201) }
            let answer = try await phone.create("ana21_bot")
            #expect(answer.status == 400)
            #expect(answer.body.contains("BOT_CREATE_LIMIT_EXCEEDED"))
            #expect(try await lab.phone().create("ana21_bot").status == 201)
        }
    }

    @Test func aPressOfAButtonThatIsNotThereCreatesNothing() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            let body = #"{"manager": "platform_bot", "request_id": 5, "name": "Ana", "username": "ana_bot"}"#
            #expect(try await phone.post("/phone/managed-bots", body).status == 400)
            #expect(try await phone.chats().isEmpty)
            #expect(try await lab.manager.getUpdates().isEmpty)
        }
    }

    @Test func onlyTheManagerGetsTheToken() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            try await phone.create("ana_bot")
            let own = try await phone.post("/phone/bots", #"{"name": "Own", "username": "own_bot"}"#)
            let token = try #require(try own.decoded(TestPhone.Bot.self).token)
            let botID = try #require(try await lab.manager.getUpdates().first?.managedBot?.bot.id)
            let error = await #expect(throws: TelegramError.self) {
                try await lab.client(token).getManagedBotToken(botID: botID)
            }
            #expect(error?.code == 400)
            #expect(try await lab.phone().create("some_bot", manager: "own_bot").status == 400)
        }
    }
}
