import Core
import Testing

@testable import Onboarding

struct InterviewDeviationTests {
    @Test(arguments: Language.allCases)
    func whoAsksForAPersonIsGivenOnlyAnAddressThatExists(_ language: Language) {
        var chat = InterviewChat(language)
        let question = language == .english ? "can I talk to a human?" : "quero falar com uma pessoa"
        chat.say(question)
        #expect(!chat.text.contains("@") && !chat.text.contains("foot of") && !chat.text.contains("rodapé"))
        chat.world.contact = "hello@cloud.example"
        chat.say(question)
        #expect(chat.text.contains("hello@cloud.example"))
    }

    /// Before they pay for it.
    @Test(arguments: [
        ("I need help with my e-mails and my calendar", ["can't read or send your e-mails", "no access to calendars"]),
        ("sort my Gmail inbox every morning", ["can't read or send your e-mails"]), ("plan my week", []),
    ])
    func whoHopesForMoreThanAgentsReachIsToldAtOnce(_ purpose: String, _ words: [String]) {
        var chat = InterviewChat()
        chat.say(purpose)
        #expect(words.allSatisfy(chat.text.contains))
        #expect(chat.text.contains("can't read") == !words.isEmpty)
        #expect(chat.step == .name)
    }

    // MARK: Name

    @Test(arguments: [
        ("call it Nova", "Nova"), ("its name is “Nova”.", "Nova"), ("I'd like Nova", "Nova"), ("Que tal Zilda?!", nil),
        ("Nova is fine", "Nova"), ("does it work with whatsapp", nil), ("I don't care", "Nova"), ("1", "Nova"),
        ("something short like Pip, please", nil), ("my name is Anna", nil), ("you idiot", nil),
        ("chame de Nova", "Nova"), ("R2-D2", "R2-D2"), ("Zé do Café", "Zé do Café"), ("小助手", "小助手"),
        (String(repeating: "X", count: 32), String(repeating: "X", count: 32)), (String(repeating: "x", count: 33), nil),
        ("<b>Nova</b>", nil), ("https://evil.example", nil), ("🤖🤖", nil),
    ])
    func takesANameAsPeopleSayIt(said: String, name: String?) {
        var chat = InterviewChat()
        chat.say("plan my week", said)
        #expect(chat.state.agentName == name)
        #expect(!chat.replies.isEmpty)
    }

    @Test func choosesANameForTheUndecidedAndSaysSo() {
        var chat = InterviewChat()
        chat.say("plan my week", "you choose")
        #expect(chat.state.agentName == "Nova")
        #expect(chat.text.contains("Then I'll take Nova"))
    }

    @Test func offersOtherNames() {
        var chat = InterviewChat()
        chat.say("plan my week")
        let first = chat.card
        chat.say("more names")
        #expect(chat.card != first)
        #expect(chat.state.agentName == nil)
    }

    // MARK: Plan

    @Test(arguments: [
        ("the cheap one", Tier.starter), ("pro", .pro), ("19", .starter), ("$129", .team), ("49 dollars", .pro),
        ("second", .pro), ("the third one please", .team), ("yes", .pro), ("you decide", .pro), ("o mais barato", .starter),
        ("o segundo", .pro), ("sim", .pro), ("o mais caro", .team), ("not pro, starter", .starter), ("a bigger one", .team),
        ("I'd like the Team plan", .team), ("the last", .team),
    ])
    func understandsAChoiceOfPlan(said: String, tier: Tier) {
        var chat = InterviewChat()
        chat.say("plan my week", "Nova", "every day", said)
        #expect(chat.state.tier == tier, "\(chat.text)")
    }

    @Test(arguments: [
        ("a few chats now and then", Tier.starter), ("just trying it out", .starter), ("às vezes", .starter),
        ("every day, for work", .pro), ("todos os dias", .pro), ("hmm, difficult to say", .pro),
        ("not very often", .starter),
        ("my colleagues and me", .team),
        ("all day long", .team), ("5 people", .team), ("only me, not the team, every day", .pro),
    ])
    func recommendsByUse(said: String, tier: Tier) {
        var chat = InterviewChat()
        chat.say("plan my week", "Nova", said)
        #expect(chat.card == .plans(recommended: tier))
    }

    @Test func asksAgainWhenThePlanIsRefused() {
        var chat = InterviewChat()
        chat.say("plan my week", "Nova", "every day", "no")
        #expect(chat.card == .choices(["Starter", "Pro", "Team"]))
        chat.say("not the pro")
        #expect(chat.card == .choices(["Starter", "Team"]))
        #expect(chat.state.tier == nil)
    }

    @Test func offersChoicesAfterTwoMisunderstandingsAndChoosesForNobody() {
        var chat = InterviewChat()
        chat.say("plan my week", "Nova", "every day", "blub")
        #expect(chat.text.contains("I didn't catch which plan"))
        chat.say("blub")
        #expect(chat.card == .choices(["Starter", "Pro", "Team"]))
        chat.say("blub", "blub", "blub")
        #expect(chat.state.tier == nil)
        #expect(chat.step == .plan)
    }

    @Test(arguments: ["is it a big download?", "is Pro better?", "what does Team do?", "wait a second", "just a second"])
    func changesNoPlanInsideAQuestionOrByChance(said: String) {
        for var chat in [InterviewChat.atTelegram(), .atPayment()] {
            chat.say(said)
            #expect(chat.state.tier == .pro)
            #expect(chat.state.pending == nil)
        }
    }

    @Test func asksBeforeADearerPlanWithItsPriceAndKeepsTheOldOneAtANo() {
        var chat = InterviewChat.atPayment()
        chat.say("I'd like Team")
        #expect(chat.text.contains("Team costs $129 a month instead of $49"))
        #expect(chat.state.tier == .pro)
        chat.say("no")
        #expect(chat.state.tier == .pro)
        chat.say("can we switch to Team?")
        #expect(chat.state.pending == .plan(.team))
        chat.say("yes")
        #expect(chat.state.tier == .team)
    }

    @Test(arguments: [
        ("my budget is under 20 dollars", Tier.starter), ("I can't spend more than $50 a month", .pro),
        ("no máximo 20 dólares por mês", .starter),
        ("twenty bucks tops", .starter), ("at most 10 dollars", .starter),
    ])
    func neverRecommendsBeyondTheBudget(said: String, tier: Tier) {
        var chat = InterviewChat()
        chat.say("plan my week", "Nova", said, "all day")
        #expect(chat.state.recommended == tier, "\(chat.text)")
        #expect(!chat.transcript.contains { $0.contains("Team fits best") })
    }

    @Test(arguments: [
        "remind me in under 20 minutes", "up to 10 people read it", "save 50 recipes a month", "R2-D2",
        "less than 5 messages a day",
    ])
    func takesOtherNumbersForNoBudget(said: String) {
        #expect(Budget(Utterance(said)) == nil)
    }

    // MARK: Change of mind

    @Test func goesBackOneQuestionAtATime() {
        var chat = InterviewChat.atTelegram()
        chat.say("back")
        #expect(chat.step == .plan)
        chat.say("back")
        #expect(chat.step == .usage)
        chat.say("voltar")
        #expect(chat.step == .name)
        chat.say("go back", "go back")
        #expect(chat.step == .purpose)
    }

    @Test func startsOver() {
        var chat = InterviewChat.atPayment()
        chat.say("start over", "yes")
        #expect(chat.step == .purpose)
        chat.say("cook with me", "Milo", "now and then", "yes")
        #expect(chat.world.box?.agentName == "Milo")
        // The bot is still there, so it goes straight on to the payment.
        #expect(chat.step == .payment)
        #expect(chat.actions.contains(.openCheckout(.starter)))
    }

    @Test(arguments: ["change the name to Luna Rosa", "Rename it to Luna Rosa.", "muda o nome para Luna Rosa"])
    func changesTheNameAtAnyPoint(said: String) {
        for var chat in [InterviewChat.atTelegram(), .atPayment(), .served()] {
            chat.say(said)
            #expect(chat.world.box?.agentName == "Luna Rosa")
            #expect(!chat.actions.contains { if case .openCheckout = $0 { true } else { false } })
        }
    }

    @Test func opensANewCheckoutForAnotherPlanAndOnlyThen() throws {
        var chat = InterviewChat.atPayment()
        let first = try #require(chat.world.checkout)
        chat.say("I want to think about it")
        #expect(chat.world.checkout == first)
        chat.say("change to the cheap plan")
        #expect(chat.actions == [.saveBox, .openCheckout(.starter)])
        #expect(chat.world.checkout?.tier == .starter)
        chat.openPaymentPage()
        chat.look()
        let second = try #require(chat.world.checkout)
        #expect(second.id != first.id)
        #expect(chat.card == .checkout(second.id))
    }

    @Test func asksForAnotherPaymentPageWhenTheOldOneHasRunOut() throws {
        var chat = InterviewChat.atPayment()
        let first = try #require(chat.world.checkout)
        chat.world.now = chat.world.now + .hours(24)
        chat.say("the link please", "send the link")
        #expect(chat.world.checkout?.id != first.id)
    }

    @Test func keepsThePaidPlanWhateverIsSaid() {
        var chat = InterviewChat.served()
        chat.say("change the plan to team", "back", "start over")
        #expect(chat.world.box?.tier == .pro)
        #expect(chat.step == .served)
    }

    // MARK: Questions

    @Test(arguments: [
        ("what does it cost?", "Starter $19"), ("how much is it", "Team $129"), ("help", "start over"),
        ("who are you?", "a program"), ("is it safe?", "encrypted"), ("can I cancel?", "cancel any month"),
        ("status", "what comes next"), ("how many tokens do I get", "about 60 messages a day"),
        ("can my wife use it too?", "one Telegram account"), ("annual plan?", "no yearly plan"),
        ("who made you?", "a program"),
        ("what is the best cheese", "I don't know that one"),
    ])
    func answersQuestionsWithoutLosingThePlace(question: String, expected: String) {
        var chat = InterviewChat.atTelegram()
        let step = chat.step
        chat.say(question)
        #expect(chat.text.contains(expected))
        #expect(chat.step == step)
        // The pending question stands at the end.
        #expect(chat.card == .telegram(url: "https://t.me/manager?start=code"))
    }

    @Test(arguments: [
        ("what plan do I have?", "You have Pro"), ("is it ready?", "running and listening"),
        ("where is my bot?", "@nova_bot"),
        ("usage", "on your dashboard"), ("how do I cancel?", "on the dashboard"), ("sing for me", "@nova_bot"),
    ])
    func answersQuestionsAboutTheRunningAgent(question: String, expected: String) {
        var chat = InterviewChat.served()
        chat.say(question)
        #expect(chat.text.contains(expected))
    }

    @Test func takesHelpWithSomethingAsAnAnswer() {
        var chat = InterviewChat()
        chat.say("help me with my e-mails and track prices")
        #expect(chat.step == .name)
    }

    @Test func switchesToTheLanguageThatIsSpoken() {
        var chat = InterviewChat()
        chat.say("Olá, preciso de ajuda com os meus emails")
        #expect(chat.state.language == .portuguese)
        #expect(chat.actions.contains(.speak(.portuguese)))
        #expect(chat.text.contains("Como vai se chamar"))
        chat.say("in English please")
        #expect(chat.state.language == .english)
    }

    @Test func doesNotTakeANameForALanguage() {
        var chat = InterviewChat()
        chat.say("plan my week", "Sofia")
        #expect(chat.state.language == .english)
    }

    @Test func helpsThoseWithoutTelegram() {
        var chat = InterviewChat.atTelegram()
        chat.say("I don't have Telegram")
        #expect(chat.text.contains("free messenger"))
        #expect(chat.step == .telegram)
    }

    /// Nobody is told the same thing twice running, and nobody is left without an answer.
    @Test(arguments: ["qwxz", "?", "…", "no", "yes", "help", "back", "link", "status", "skip", "🙂"])
    func neverRepeatsItselfAndNeverFallsSilent(said: String) {
        for start in [InterviewChat(), .atTelegram(), .atPayment(), .served()] {
            var chat = start
            for _ in 0..<12 {
                chat.say(said)
                #expect(!chat.replies.isEmpty)
                chat.openPaymentPage()
            }
            let lines = chat.transcript
            for index in lines.indices.dropFirst() { #expect(lines[index] != lines[index - 1], "\(said): \(lines[index])") }
        }
    }
}
