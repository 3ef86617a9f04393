import Foundation
import Onboarding
import TestSupport
import Testing

@testable import CloudApp

/// The shapes in which the program is run.
@Suite(.serialized)
struct DeploymentTests {
    @Test(arguments: Engine.allCases)
    func aRestartFindsItsDataAndTheAgentAnswersAgain(on engine: Engine) async throws {
        try await engine.withServer { server in
            let journey = Journey(site: server.site, sandbox: server.sandbox)
            let outcome = try await journey.walk()
            _ = try await journey.hello(of: outcome.bot)
            #expect(server.stop() == [0])
            try await server.start()
            let bot = try await journey.agentIsRunning()
            #expect(bot == outcome.bot)
            #expect(try await !journey.talk("What is 6 * 7?", to: bot).isEmpty)
            let usage = try await journey.books()
            #expect(usage.eventIDs.count == 2 && usage.used > outcome.usage.used)
            #expect(try await journey.said(by: bot).count(where: Hello.isOne) == 1, "it says hello once")
        }
    }

    @Test func everyServiceInAProcessOfItsOwnOnPostgreSQL() async throws {
        try await Engine.postgres.withPlace { place in
            let server = ServerProcess(
                databaseURL: try place.url,
                commands: [
                    "sandbox", "web", "api", "onboarding-agent", "billing-worker", "operator", "token-proxy", "agent-tools",
                ])
            defer { server.tearDown() }
            try await server.start()
            let journey = Journey(site: server.site, api: server.api, sandbox: server.sandbox, isStubborn: true)
            let outcome: Journey.Outcome
            do {
                outcome = try await journey.walk()
            } catch {
                throw ServerProcess.Failure(description: "\(error); the log:\n\(server.log)")
            }
            #expect(outcome.usage.used > 0)
            #expect(outcome.fromPaidToAnswer < .seconds(5))
            #expect(server.stop() == Array(repeating: 0, count: 8), "\(server.log)")
        }
    }
}
