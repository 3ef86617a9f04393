import Core
import Testing

@testable import Onboarding

struct InterviewJourneyTests {
    @Test(arguments: Language.allCases)
    func nothingIsOfferedToMoreThanOnePerson(_ language: Language) {
        var chat = InterviewChat(language)
        // The hints that follow what isn't understood offer examples as well.
        chat.say("?", language == .english ? "plan my week" : "planejar a semana", "Nova", "?")
        chat.say(language == .english ? "all day" : "o dia inteiro")
        let offers = chat.transcript.joined(separator: "\n").lowercased()
        for word in ["team,", "several", "who else", "others", "várias", "quem mais", "mais gente"] {
            #expect(!offers.contains(word))
        }
        #expect(chat.cards.contains(.plans(recommended: .team)))
        for choices in [Phrase.purposeExamples[language], Phrase.usageExamples[language]] {
            #expect(!choices.contains { $0.contains("team") || $0.contains("equipa") || $0.contains("people") })
        }
    }

    @Test func saysBeforeThePaymentWhenAFreeTrialIsChargedFor() {
        var chat = InterviewChat(terms: SaleTerms(reckonsTax: true, trialDays: 7))
        chat.say("Help me plan my week", "Nova", "just me, a few chats a day", "yes")
        chat.world.isLinked = true
        chat.connect("nova_bot")
        chat.look()
        #expect(chat.text.contains("$19, with tax where it is due, is charged every month until you cancel"))
        #expect(!chat.text.contains("is charged today and then"))
        #expect(chat.text.contains("the first 7 days are free, for about 180 messages"))
        chat.openPaymentPage()
        chat.look()
        chat.pay()
        chat.world.isTrial = true
        chat.look()
        #expect(chat.text.contains("Your free trial has begun") && !chat.text.contains("Payment received"))
    }

    @Test func leadsFromTheGreetingToTheAgent() throws {
        var chat = InterviewChat()
        #expect(chat.text.contains("What should it help you with?"))
        chat.say("Help me plan my week")
        #expect(chat.state.purpose == "Help me plan my week")
        #expect(chat.text.contains("Understood: “plan your week”"))
        #expect(chat.text.contains("call your agent"))
        chat.say("Nova")
        #expect(chat.text.contains("Nova it is"))
        chat.say("just me, a few chats a day")
        #expect(chat.card == .plans(recommended: .starter))
        #expect(chat.text.contains("Starter fits best: about 60 messages a day for $19 a month"))
        chat.say("yes")
        #expect(chat.actions == [.saveBox])
        #expect(chat.world.box?.tier == .starter)
        #expect(chat.card == .telegram(url: "https://t.me/manager?start=code"))
        chat.world.isLinked = true
        chat.look()
        #expect(chat.text.contains("I can see you on Telegram"))
        chat.connect("nova_bot")
        chat.look()
        #expect(chat.text.contains("@nova_bot is connected"))
        #expect(
            chat.text.contains(
                "Starter plan (about 60 messages a day). $19 is charged today and then every month until you cancel"))
        #expect(chat.text.contains("plan your week"))
        #expect(chat.actions == [.openCheckout(.starter)])
        chat.openPaymentPage()
        chat.look()
        let checkout = try #require(chat.world.checkout)
        #expect(chat.card == .checkout(checkout.id))
        chat.pay()
        chat.look()
        #expect(chat.text.contains("Payment received"))
        chat.run()
        chat.look()
        let box = try #require(chat.world.box)
        #expect(chat.card == .agent(box.id))
        #expect(chat.text.contains("Say hello to @nova_bot"))
        #expect(chat.step == .served)
    }

    @Test func leadsThroughInPortuguese() {
        var chat = InterviewChat(.portuguese)
        #expect(chat.text.contains("Em que ele deve ajudar?"))
        chat.say("Responder a perguntas dos clientes", "chama-se Clara")
        #expect(chat.state.agentName == "Clara")
        chat.say("o dia inteiro, com várias pessoas")
        #expect(chat.card == .plans(recommended: .team))
        chat.say("não, quero o mais barato")
        #expect(chat.world.box?.tier == .starter)
        #expect(chat.text.contains("Fica o Starter, US$ 19 por mês."))
        chat.connect("clara_bot")
        chat.look()
        #expect(chat.text.contains("Starter (cerca de 60 mensagens por dia). US$ 19 são cobrados hoje"))
        chat.openPaymentPage()
        chat.pay()
        chat.look()
        #expect(chat.text.contains("Pagamento recebido"))
        chat.run()
        chat.look()
        #expect(chat.text.contains("Diga olá a @clara_bot"))
    }

    @Test func saysNothingWhenNothingIsNew() {
        var chats = [InterviewChat(), .atTelegram(), .atPayment(), .served()]
        for index in chats.indices {
            let before = chats[index].state
            chats[index].look()
            #expect(chats[index].replies.isEmpty)
            #expect(chats[index].actions.isEmpty)
            #expect(chats[index].state == before)
        }
    }

    @Test func answersEverythingThatWasSaidAtOnce() {
        var chat = InterviewChat()
        chat.turn([.said("plan my week"), .said("Nova"), .said("now and then"), .said("19")])
        #expect(chat.world.box?.tier == .starter)
        #expect(chat.card == .telegram(url: "https://t.me/manager?start=code"))
    }

    @Test func waitsForTelegramWhenThatDoesNotAnswerAndGivesTheLinkLater() {
        var chat = InterviewChat()
        chat.world.telegramLink = nil
        chat.say("plan my week", "Nova", "every day", "pro")
        #expect(chat.state.owesLink)
        #expect(chat.card == nil)
        chat.world.telegramLink = "https://t.me/manager?start=code"
        chat.look()
        #expect(chat.card == .telegram(url: "https://t.me/manager?start=code"))
        #expect(!chat.state.owesLink)
    }

    @Test func tellsWhenTheAgentIsPausedAndWhenItRunsAgain() {
        var chat = InterviewChat.served()
        chat.world.box?.desired = .suspended
        chat.world.box?.status = .suspended
        chat.look()
        #expect(chat.text.contains("is paused"))
        chat.world.box?.desired = .running
        chat.run()
        chat.look()
        #expect(chat.text.contains("is running again"))
    }

    @Test func startsAfreshOnceTheAgentIsGone() {
        var chat = InterviewChat.served()
        chat.world.box = nil
        chat.world.isPaid = false
        chat.look()
        #expect(chat.text.contains("Would you like a new agent?"))
        #expect(chat.step == .purpose)
        chat.say("cook with me", "Milo", "every day", "pro")
        #expect(chat.world.box?.agentName == "Milo")
    }
}
