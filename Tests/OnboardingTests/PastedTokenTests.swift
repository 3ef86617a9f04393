import Core
import Testing

@testable import Onboarding

struct PastedTokenTests {
    private let bot = BotIdentity(id: 9, username: "mine_bot")

    private func paste(_ verdict: Interview.TokenVerdict, in chat: inout InterviewChat) {
        chat.state.pasted = PastedToken(sealed: "sealed", bot: nil)
        chat.turn([.said("[token]"), .checkedToken(verdict)])
    }

    @Test func asksForTheOwnerAndThenConnects() {
        var chat = InterviewChat.atTelegram()
        paste(.works(bot), in: &chat)
        #expect(chat.text.contains("it belongs to @mine_bot"))
        #expect(chat.card == .telegram(url: "https://t.me/manager?start=code"))
        chat.say("done")
        #expect(chat.text.contains("What's missing is your Telegram account"))
        chat.world.isLinked = true
        chat.look()
        #expect(chat.actions.contains(.connectPastedBot(PastedToken(sealed: "sealed", bot: bot), bot)))
        #expect(chat.text.contains("@mine_bot is connected"))
        #expect(chat.step == .payment)
        #expect(chat.state.pasted == nil)
    }

    @Test func connectsAtOnceWhenTheOwnerIsKnown() {
        var chat = InterviewChat.atTelegram()
        chat.world.isLinked = true
        chat.look()
        paste(.works(bot), in: &chat)
        #expect(chat.world.box?.bot?.username == "mine_bot")
        #expect(chat.step == .payment)
        #expect(chat.actions.contains(.openCheckout(.pro)))
    }

    @Test func keepsATokenThatComesBeforeItsTime() {
        var chat = InterviewChat()
        chat.say("plan my week")
        chat.world.isLinked = true
        chat.look()
        paste(.works(bot), in: &chat)
        #expect(chat.step == .name)
        chat.say("Nova", "every day", "pro")
        #expect(chat.world.box?.bot?.username == "mine_bot")
    }

    @Test func explainsAWrongToken() {
        var chat = InterviewChat.atTelegram()
        paste(.refused, in: &chat)
        #expect(chat.text.contains("Telegram doesn't know that token"))
        #expect(chat.state.pasted == nil)
        #expect(chat.step == .telegram)
    }

    @Test func refusesABotThatServesSomebodyElse() {
        var chat = InterviewChat.atTelegram()
        chat.world.isLinked = true
        chat.world.pastedBotIsTaken = true
        paste(.works(bot), in: &chat)
        #expect(chat.text.contains("already serves another agent"))
        #expect(chat.world.box?.bot == nil)
    }

    @Test func leavesTheBotOfAPaidAgentAlone() {
        var chat = InterviewChat.served()
        paste(.works(bot), in: &chat)
        #expect(chat.text.contains("speaks through @nova_bot already"))
        #expect(chat.world.box?.bot?.username == "nova_bot")
    }

    @Test func replacesTheTokenOfTheSameBotForAPaidAgent() {
        var chat = InterviewChat.served()
        let same = BotIdentity(id: 5, username: "nova_bot")
        paste(.works(same), in: &chat)
        #expect(chat.actions.contains(.connectPastedBot(PastedToken(sealed: "sealed", bot: nil), same)))
        #expect(chat.text.contains("@nova_bot is connected"))
        #expect(chat.state.pasted == nil)
    }

    @Test(arguments: [
        ("1234567:AAH_abcdefghijklmnopqrstuvwxyz0123456789", "[token]"),
        ("here: 1234567:AAH_abcdefghijklmnopqrstuvwxyz0123456789.", "here: [token]."),
        ("bot1234567:AAH_abcdefghijklmnopqrstuvwxyz0123456789", "bot[token]"),
        (
            "https://api.telegram.org/bot1234567:AAH_abcdefghijklmnopqrstuvwxyz0123456789/getMe",
            "https://api.telegram.org/bot[token]/getMe"
        ),
        ("1234567:AAH_abcdefghijklmnopqrstu", "[token]"),
    ])
    func isTakenOutOfTheText(original: String, redacted: String) {
        let redaction = TokenRedaction(original)
        #expect(redaction.text == redacted)
        #expect(redaction.token != nil)
    }

    @Test(arguments: ["at 10:30 tomorrow", "12345:short", "the ratio 16:9", "https://example.com:8080/path"])
    func leavesOtherTextAlone(text: String) {
        let redaction = TokenRedaction(text)
        #expect(redaction.text == text)
        #expect(redaction.token == nil)
    }
}
