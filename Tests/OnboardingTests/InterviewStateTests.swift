import Core
import Testing

@testable import Onboarding

struct InterviewStateTests {
    /// What stood in databases before the state had a budget, an owner and a question to confirm.
    @Test func readsAStateThatWasStoredByAnOlderVersion() throws {
        let stored = #"""
            {"agentName":"Nova","answered":7,"language":"en","misunderstandings":1,"owesLink":false,"purpose":"plan my week",
            "recommended":"pro","spoken":{"ask-name":1},"tier":"pro","told":{"isLinked":true,"isPaid":false,"isReady":false}}
            """#
        let state = try InterviewState(json: stored)
        #expect(state.agentName == "Nova" && state.tier == .pro && state.answered == 7 && state.told.isLinked)
        #expect(state.pending == nil && state.offered.isEmpty && !state.languageIsChosen)
    }

    @Test func keepsEverythingThroughItsJSON() throws {
        var chat = InterviewChat()
        chat.say("I'm Ana. Help me plan my week, call it Luna, at most 20 dollars", "Could we take Team?")
        #expect(try InterviewState(json: chat.state.json()) == chat.state)
    }
}
