import Core
import Store
import Telegram
import TestSupport
import Testing

@testable import Onboarding

/// Telegram creates no bot for the visitor: they bring one.
struct OwnBotTests {
    private static let botFather = ChatMessage.Card.telegram(url: "https://t.me/BotFather")

    @Test(arguments: [
        "it says BOT_CREATE_LIMIT_EXCEEDED", "I have too many bots", "Telegram won't let me create the bot",
        "I can't create any more bots", "it says I already have 20 bots", "why can't I create a bot?",
    ])
    func whoIsRefusedABotIsLedToOneThatTheyHave(_ said: String) {
        var chat = InterviewChat.atTelegram()
        chat.say(said)
        for step in ["1. Open @BotFather", "2. Press “API Token”", "3. Paste it here"] { #expect(chat.text.contains(step)) }
        #expect(chat.card == Self.botFather)
        #expect(chat.step == .telegram)
    }

    @Test(arguments: ["diz que tenho muitos bots", "não consigo criar o bot", "cheguei ao limite de bots"])
    func inPortuguese(_ said: String) {
        var chat = InterviewChat.atTelegram()
        chat.state.language = .portuguese
        chat.say(said)
        #expect(chat.text.contains("1. Abra o @BotFather"))
        #expect(chat.card == Self.botFather)
    }

    @Test(arguments: ["I haven't created the bot yet", "what is a bot?", "ok", "is it safe?"])
    func othersKeepTheirLink(_ said: String) {
        var chat = InterviewChat.atTelegram()
        chat.say(said)
        #expect(!chat.state.makesOwnBot)
        #expect(chat.card != Self.botFather)
    }

    @Test func whatItIsForIsNotARefusal() {
        var chat = InterviewChat()
        chat.say("I run too many bots and need help keeping notes about them")
        #expect(chat.state.purpose?.contains("too many bots") == true)
        #expect(!chat.state.makesOwnBot)
    }

    @Test func theSecondTimeItIsSaidShortly() {
        var chat = InterviewChat.atTelegram()
        chat.say("I have too many bots", "ok")
        #expect(chat.text.contains("What's missing is the token") && chat.card == Self.botFather)
    }

    @Test func whoHasDeletedABotGetsTheLinkAgain() {
        var chat = InterviewChat.atTelegram()
        chat.say("I have too many bots", "send the link")
        #expect(chat.card == .telegram(url: "https://t.me/manager?start=code"))
        #expect(!chat.state.makesOwnBot)
    }

    @Test func aManagerThatMayNotCreateBotsSendsToBotFatherAtOnce() {
        var chat = InterviewChat()
        chat.world.canCreateBots = false
        chat.say("plan my week", "Nova", "every day", "pro")
        #expect(chat.text.contains("send /newbot"))
        #expect(chat.card == Self.botFather)
        chat.world.isLinked = true
        chat.look()
        #expect(chat.text.contains("Your Telegram is linked"))
        #expect(!chat.text.contains("Press the button there"))
        #expect(chat.card == Self.botFather)
    }

    @Test func aTokenThatWorksEndsIt() {
        var chat = InterviewChat.atTelegram()
        chat.say("I have too many bots")
        chat.state.pasted = PastedToken(sealed: "sealed", bot: nil)
        chat.turn([.said("[token]"), .checkedToken(.works(BotIdentity(id: 9, username: "mine_bot")))])
        #expect(chat.card == .telegram(url: "https://t.me/manager?start=code"), "whose agent is it?")
        chat.world.isLinked = true
        chat.look()
        #expect(chat.step == .payment)
    }

    @Test func whatIsPressedOnThePhoneReachesTheChat() async throws {
        try await OnboardingSite.run { site in
            try await site.reachTelegram()
            try await site.phone.send("/start \(try await site.conversation().telegramCode)")
            try await site.poll()
            try await site.work()
            let buttons = try #require(try await site.phone.chat().chat.keyboard?.keyboard.flatMap { $0 })
            let refused = try #require(buttons.first { $0.requestManagedBot == nil })
            try await site.phone.send(refused.text)
            try await site.poll()
            try await site.work()
            let chat = try await site.phone.chat()
            #expect(chat.messages.last?.text.contains("https://t.me/BotFather, send /mybots") == true)
            #expect(chat.chat.keyboard?.keyboard.flatMap { $0 }.contains { $0.requestManagedBot != nil } == true)
            let last = try #require(try await site.messages().last)
            #expect(last.text.contains("Telegram allows you no more bots"))
            guard case .telegram(let url) = last.card else { throw DomainError(.invalid, code: "card", "no card") }
            #expect(url.hasSuffix("/t.me/BotFather"))
        }
    }

    @Test func withoutTheRightToManageBotsNoButtonIsSentThatTelegramWouldRefuse() async throws {
        try await OnboardingSite.run(canManageBots: false) { site in
            try await site.reachTelegram()
            #expect(try await site.messages().last?.text.contains("send /newbot") == true)
            try await site.phone.send("/start \(try await site.conversation().telegramCode)")
            try await site.poll()
            try await site.work()
            let chat = try await site.phone.chat()
            #expect(chat.messages.last?.text.contains("https://t.me/BotFather, send /newbot") == true)
            #expect(chat.chat.keyboard == nil)
            for text in ["/newbot", "Nova", "nova_of_mine_bot"] { try await site.phone.send(text, to: "BotFather") }
            let given = try #require(try await site.phone.chat(with: "BotFather").messages.last?.text)
            let token = try #require(given.firstMatch(of: /[0-9]+:[A-Za-z0-9_-]{35}/)).0
            try await site.say("here it is: \(token)")
            #expect(try await site.box()?.bot?.username == "nova_of_mine_bot")
            #expect(try await site.messages().contains { $0.text.contains("@nova_of_mine_bot is connected") })
            #expect(try await !site.messages().contains { $0.text.contains(token) })
        }
    }
}
