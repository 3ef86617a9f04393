import Testing

@testable import CloudApp

/// The name by which agents ask for a model has to be one that the token proxy knows.
struct AgentModelTests {
    private func asked(_ models: [String: String]) -> String {
        CloudConfiguration.Kimi(apiKeys: [], baseURL: "", anthropicBaseURL: "", models: models, concurrency: 1).agentModel
    }

    @Test func agentsAskForTheUsualModelAmongOthers() {
        #expect(asked(["a": "kimi-k2.6", "k2p5": "kimi-k2.6"]) == "k2p5")
    }

    @Test func agentsAskForTheHostsOwnNameWhereTheUsualOneIsMissing() {
        #expect(asked(["slow": "kimi-k2.6", "fast": "kimi-k2.5"]) == "fast")
    }
}
