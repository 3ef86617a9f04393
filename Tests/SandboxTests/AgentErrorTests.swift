import HTTPTypes
import Telegram
import Testing

@testable import Sandbox

/// What the person reads when the provider refuses.
struct AgentErrorTests {
    private static let limit = "Monthly usage limit reached. It resets on 1 Dec. Upgrade at https://example.com"

    @Test func aMonthlyLimitIsToldInTheProvidersWords() async throws {
        try await expect(Self.limit, for: .refused(.tooManyRequests, Self.limit), questions: 1)
    }

    @Test(arguments: [HTTPResponse.Status.unauthorized, .forbidden])
    func aRefusedKeyIsTold(_ status: HTTPResponse.Status) async throws {
        try await expect(AgentTexts("en").signInFailed, for: .refused(status, "invalid key"), questions: 1)
    }

    @Test func aRefusalThatForbidsRetriesIsNotRetried() async throws {
        let field = try #require(HTTPField.Name("x-should-retry"))
        try await expect(AgentTexts("en").apology, for: .refused(.serviceUnavailable, "", [field: "false"]), questions: 1)
    }

    @Test func anOverloadIsRetriedAndThenExcused() async throws {
        try await expect(AgentTexts("en").apology, for: .refused(.serviceUnavailable), questions: 9)
    }

    @Test func aRateLimitIsRetriedAndThenExcused() async throws {
        try await expect(AgentTexts("en").tooBusy, for: .refused(.tooManyRequests, "slow down"), questions: 11)
    }

    @Test func aWaitBeyondThePatienceIsExcusedAtOnce() async throws {
        try await expect(
            AgentTexts("en").tooBusy, for: .refused(.tooManyRequests, "slow down", [.retryAfter: "600"]), questions: 1)
    }

    @Test func aRequestThatIsWrongIsNotRetried() async throws {
        try await expect(AgentTexts("en").apology, for: .refused(.badRequest, "no"), questions: 1)
    }

    @Test func anOverloadThatPassesIsNotNoticed() async throws {
        try await expect(
            "fine again", for: .refused(.serviceUnavailable), .refused(.badGateway), .said("fine again"), questions: 3)
    }

    @Test func aStreamThatBreaksOffIsAskedAgain() async throws {
        let broken = ScriptedModel.Reply(body: #"data: {"choices":[{"delta":{"content":"half an ans"}}]}"# + "\n\n")
        try await expect("a whole answer", for: broken, .said("a whole answer"), questions: 2)
    }

    private func expect(_ text: String, for replies: ScriptedModel.Reply..., questions: Int) async throws {
        let model = ScriptedModel(replies)
        try await TelegramLab.run(model: model) { telegram in
            let lab = try await AgentLab(telegram)
            try await lab.whileAgentRuns { () async throws in
                #expect(try await lab.say("hello", untilThereAre: 2) == ["hello", text])
            }
            #expect(model.questions.count == questions)
        }
    }
}
