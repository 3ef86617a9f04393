import Core
import Testing

@testable import Onboarding

/// What a model asks for, past all sense.
struct GuideToolTests {
    @Test(arguments: ["0", "-5", "1000000", "9223372036854775807"])
    func aBudgetThatNobodyMeansIsRefused(_ dollars: String) {
        var turn = InterviewTurn(plans: .builtIn, state: InterviewState(language: .english), world: nil)
        let call = ModelToolCall(
            id: "1", function: .init(name: "set_budget", arguments: #"{"dollars": \#(dollars)}"#))
        let reading = Reading("hello", in: .init(step: turn.step, plans: .builtIn))
        #expect(GuideTools.run(call, on: &turn, said: reading).hasPrefix("Error"))
        #expect(turn.state.budget == nil)
    }
}
