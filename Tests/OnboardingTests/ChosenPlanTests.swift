import Core
import SQL
import Store
import Testing

@testable import Onboarding

/// The plan whose button on the landing page led to the chat.
struct ChosenPlanTests {
    @Test(arguments: Tier.allCases, Language.allCases)
    func isSaidAndNotAskedForAgain(_ tier: Tier, _ language: Language) {
        let plan = PlanTable.builtIn[tier]
        var chat = InterviewChat(language, chosen: tier)
        #expect(chat.text.contains(plan.name) && chat.text.contains(plan.price(language)))
        switch language {
        case .english: chat.say("Help me plan my week", "Nova")
        case .portuguese: chat.say("Ajudar a planejar a minha semana", "Nova")
        }
        #expect(chat.step == .telegram)
        chat.connect("nova_bot")
        chat.look()
        #expect(chat.world.checkout?.tier == tier)
        #expect(chat.text.contains(plan.name) && chat.text.contains(plan.price(language)), "the summary has it")
    }

    @Test func aCheaperOneIsTakenAtItsWordAndADearerOneAfterAYes() {
        var chat = InterviewChat(chosen: .pro)
        chat.say("Help me plan my week", "Nova", "Starter, please")
        #expect(chat.state.tier == .starter)
        chat.say("Team, please")
        #expect(chat.state.tier == .starter && chat.state.pending == .plan(.team))
        chat.say("yes")
        #expect(chat.state.tier == .team)
    }

    @Test func startingOverForgetsIt() {
        var chat = InterviewChat(chosen: .team)
        chat.say("Help me plan my week", "start over", "yes")
        #expect(chat.state.tier == nil && chat.state.recommended == nil)
    }

    @Test func withoutOneTheGreetingNamesNone() {
        let chat = InterviewChat()
        #expect(chat.state.tier == nil && chat.state.recommended == nil)
        #expect(PlanTable.builtIn.all.allSatisfy { !chat.text.contains($0.name) })
    }

    @Test func countsWhereTheConversationBeginsAndNeverLater() async throws {
        try await OnboardingSite.run { site in
            try await site.service.say("Plan my week", clientKey: "1", customer: site.customer, chosen: .team)
            try await site.work()
            try await site.service.say("Nova", clientKey: "2", customer: site.customer, chosen: .starter)
            try await site.work()
            let state = try InterviewState(json: try await site.conversation().state)
            #expect(state.tier == .team && state.agentName == "Nova")
        }
    }

    @Test func aModelIsToldOfIt() throws {
        let chat = InterviewChat(chosen: .team)
        let prompt = GuidePrompt(facts: ProductFacts(plans: .builtIn, contact: nil), plans: .builtIn)
        let messages = prompt.messages(
            history: [], said: "Plan my week", state: chat.state, step: chat.step, draft: GuideDraft(calls: [], reply: ""))
        #expect("\(messages)".contains(#"plan\":\"team"#) || "\(messages)".contains(#""plan":"team""#))
    }
}
