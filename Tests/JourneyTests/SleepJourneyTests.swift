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

    /// Messages come at any moment of falling asleep and waking up, and the platform or the agent is killed at others.
    /// BOX_MESSAGES: how many, 6 unless set; BOX_SEED repeats a run.
    @Test func losesNoMessageAndAnswersNoneTwiceThroughKillsAtAnyMoment() async throws {
        let environment = ProcessInfo.processInfo.environment
        let messages = environment["BOX_MESSAGES"].flatMap { Int($0) } ?? 6
        let seed = environment["BOX_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64.max)
        print("\(messages) messages, BOX_SEED=\(seed)")
        var random = SeededGenerator(seed: seed)
        try await withServer(isStubborn: true) { server, journey, outcome in
            var kills = 0
            for number in 1...messages {
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...7_000, using: &random)))
                try await journey.send("What is \(number) + 80000?", to: outcome.bot)
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...1_500, using: &random)))
                switch Int.random(in: 0...2, using: &random) {
                case 0:
                    server.kill()
                    try await server.start()
                    kills += 1
                // OpenClaw itself doesn't send again what it was sending when it was killed: see OpenClawJourneyTests.
                case 1 where Self.openClaw == nil && !server.agentProcessNumbers().isEmpty:
                    for process in server.agentProcessNumbers() { Foundation.kill(process, SIGKILL) }
                    kills += 1
                default: break
                }
            }
            let answers = (1...messages).map { "That makes \($0 + 80000)." }
            var missing: [String] = []
            do {
                try await eventually("every message is answered", within: .seconds(200)) {
                    let said = try await journey.said(by: outcome.bot)
                    missing = answers.filter { !said.contains($0) }
                    return missing.isEmpty
                }
            } catch {
                Issue.record("never answered: \(missing)")
            }
            let said = try await journey.said(by: outcome.bot)
            let repeated = answers.filter { answer in said.count { $0 == answer } > 1 }
            #expect(repeated == [])
            print("\(messages) messages, \(kills) kills: \(missing.count) lost, \(repeated.count) answered twice")
        }
    }
}
