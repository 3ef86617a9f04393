import Foundation
import TestSupport
import Testing

@testable import CloudApp

/// Agents that sleep while nobody writes: the real OpenClaw where there is one, see scripts/with-openclaw, else the stand-in.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct SleepJourneyTests {
    private static let openClaw = ProcessInfo.processInfo.environment["OPENCLAW"]
    private static let asleep = "Asleep; wakes with a message."

    private func withServer(
        isStubborn: Bool = false, _ body: (ServerProcess, Journey, Journey.Outcome) async throws -> Void
    ) async throws {
        var variables = ["AGENT_SLEEP_AFTER": "4"]
        if let program = Self.openClaw { variables["AGENT_EXECUTABLE"] = program }
        let server = ServerProcess(variables: variables)
        defer { server.tearDown() }
        try await server.start()
        let journey = Journey(site: server.site, sandbox: server.sandbox, isStubborn: isStubborn)
        do {
            try await body(server, journey, try await journey.walk())
        } catch {
            Issue.record("\(error)\n\(server.agentLogs)\n\(server.log.suffix(4_000))")
        }
    }

    private func fallsAsleep(_ server: ServerProcess, _ journey: Journey) async throws {
        try await eventually("the agent sleeps", within: .seconds(120)) {
            let page = try await journey.browser.get(server.site + "/dashboard").body
            return page.contains(Self.asleep) && server.agentProcessNumbers().isEmpty
        }
    }

    @Test func aMessageWakesAnAgentThatSleepsAndIsAnsweredOnce() async throws {
        try await withServer { server, journey, outcome in
            try await fallsAsleep(server, journey)
            for number in 1...2 {
                let start = ContinuousClock.now
                let answer = "That makes \(number + 500)."
                #expect(try await journey.talk("What is \(number) + 500?", to: outcome.bot, until: answer) == answer)
                print("asleep → message → answer: \(ContinuousClock.now - start)")
                try await fallsAsleep(server, journey)
                #expect(try await journey.said(by: outcome.bot).count { $0 == answer } == 1)
            }
            #expect(server.longestConflict() < .seconds(5))
        }
    }

    @Test func aSleepingAgentOutlivesTheDeathOfThePlatform() async throws {
        try await withServer(isStubborn: true) { server, journey, outcome in
            try await fallsAsleep(server, journey)
            server.kill()
            try await server.start()
            try await fallsAsleep(server, journey)
            let answer = "That makes 505."
            #expect(try await journey.talk("What is 5 + 500?", to: outcome.bot, until: answer) == answer)
            // Written to while nobody at all was there.
            try await fallsAsleep(server, journey)
            server.kill()
            try await server.start()
            #expect(
                try await journey.talk("What is 6 + 500?", to: outcome.bot, until: "That makes 506.") == "That makes 506.")
            let said = try await journey.said(by: outcome.bot)
            #expect(said.count { $0.hasPrefix("That makes 50") } == 2, "\(said)")
        }
    }
}
