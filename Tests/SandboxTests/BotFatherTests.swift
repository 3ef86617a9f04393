import Telegram
import Testing

@testable import Sandbox

struct BotFatherTests {
    private func say(_ texts: String..., on phone: TestPhone) async throws -> String {
        for text in texts { #expect(try await phone.say(text, to: "BotFather").status == 201) }
        return try #require(try await phone.messages("BotFather").last).text
    }

    @Test func givesANewBotWithATokenThatWorks() async throws {
        try await TelegramLab.run { lab async throws in
            let said = try await say("/newbot", "Ana's own", "anas_own_bot", on: lab.phone())
            let token = try #require(said.firstMatch(of: /[0-9]+:[A-Za-z0-9_-]{35}/)).0
            let bot = try await lab.client(String(token)).getMe()
            #expect(bot.username == "anas_own_bot" && bot.firstName == "Ana's own" && bot.canManageBots == false)
        }
    }

    @Test func asksAgainForAUsernameThatCanNotBe() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            #expect(try await say("/newbot", "Ana", "ana", on: phone).contains("invalid"))
            #expect(try await say("Platform_Bot", on: phone).contains("already taken"))
            #expect(try await say("ana_bot", on: phone).contains("Congratulations"))
        }
    }

    @Test func givesTheTokenOfABotThatIsThere() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            let own = try await phone.post("/phone/bots", #"{"name": "Own", "username": "own_bot"}"#)
            let token = try #require(try own.decoded(TestPhone.Bot.self).token)
            #expect(try await say("/mybots", "@own_bot", "API Token", on: phone).contains(token))
            let stranger = lab.phone()
            #expect(try await say("/mybots", on: stranger) == "You have currently no bots")
            #expect(try await !say("@own_bot", "API Token", on: stranger).contains(token))
        }
    }

    @Test func refusesTheTwentyFirst() async throws {
        try await TelegramLab.run { lab async throws in
            let phone = lab.phone()
            for number in 1...20 { try await phone.create("ana\(number)_bot") }
            #expect(try await say("/newbot", on: phone).contains("more than 20 bots"))
            #expect(try await say("/mybots", "@ana7_bot", "API Token", on: phone).contains("Here is the token"))
        }
    }

    @Test func managesNoBotsForOthers() async throws {
        try await TelegramLab.run { lab async throws in
            #expect(try await lab.phone().create("ana_bot", manager: "BotFather").status == 400)
        }
    }
}
