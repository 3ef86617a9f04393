import Testing

@testable import Sandbox

/// Prompts as OpenClaw 2026.9.4 sent them.
struct OpenClawWordsTests {
    private let first = """
        [Mon 2026-11-30 09:04 UTC] Conversation info: ⟦openclaw:ctx⟧
        ```json
        {"sender":{"id":"2754876815","name":"Visitor"}}
        ```

        Hello! What is 2 + 3?

        Runtime: agent=main | session=agent:main:telegram:direct:2754876815 | host=vm | channel=telegram
        """

    @Test func findsAPersonsWordsBetweenThoseOfTheProgram() {
        #expect(OpenClawWords.person(in: first) == "Hello! What is 2 + 3?")
    }

    @Test func findsWordsBehindTheTimeAlone() {
        #expect(OpenClawWords.person(in: "[Sun 2026-11-29 01:39 UTC] And 4 + 4?") == "And 4 + 4?")
    }

    @Test func keepsSeveralLinesAndFencesOfThePersonsOwn() {
        let text = first.replacing("Hello! What is 2 + 3?", with: "Look:\n```\na = 1\n```\nWhat is it?")
        #expect(OpenClawWords.person(in: text) == "Look:\n```\na = 1\n```\nWhat is it?")
    }

    @Test func takesTheProgramsOwnContextForNobodysWords() {
        let text = "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>\nConversation data\n<<<END_OPENCLAW_INTERNAL_CONTEXT>>>"
        #expect(OpenClawWords.person(in: text) == nil)
    }

    @Test(arguments: ["hello", "[sandbox words=5] hello", "What is 2 + 3?"])
    func leavesWordsAloneThatNothingIsPutAround(text: String) {
        #expect(OpenClawWords.person(in: text) == text)
    }
}
