import Foundation
import TestSupport
import Testing

@testable import CloudApp

/// The real program; `nil` where there is none.
private let openClaw = ProcessInfo.processInfo.environment["OPENCLAW"]

/// The product with the real OpenClaw as its agents: see scripts/with-openclaw. The sandbox's model does what it is told in
/// brackets, so what the program makes of a tool call can be looked at from outside.
@Suite(.enabled(if: openClaw != nil, "OPENCLAW names no program"), .timeLimit(.minutes(10)), .serialized)
struct OpenClawJourneyTests {
    private func withServer(_ body: (ServerProcess, Journey, Journey.Outcome) async throws -> Void) async throws {
        let server = ServerProcess(variables: ["AGENT_EXECUTABLE": openClaw ?? ""])
        defer { server.tearDown() }
        try await server.start()
        let journey = Journey(site: server.site, sandbox: server.sandbox)
        do {
            try await body(server, journey, try await journey.walk())
        } catch {
            Issue.record("\(error)\n\(server.agentLogs)")
        }
    }

    @Test func answersAndRemembersThroughNewConversationsAndRestarts() async throws {
        try await withServer { server, journey, outcome in
            #expect(outcome.answer == "That makes 5.")
            // Eleven tools and all instructions included.
            #expect(outcome.usage.used <= 4_000, "\(outcome.usage.used) for one question")
            print("paid → the real OpenClaw answers: \(outcome.fromPaidToAnswer)")

            let note = #"[sandbox tool=write {"path":"MEMORY.md","content":"The cat of Ana is called Miso.\n"}]"#
            _ = try await journey.talk("Remember this. \(note)", to: outcome.bot)
            let file = try #require(try server.agentFile("home/.openclaw/workspace/MEMORY.md"))
            #expect(file.contains("Miso"))

            _ = try await journey.talk("/new", to: outcome.bot)
            let search = #"[sandbox tool=memory_search {"query":"cat Ana"}]"#
            #expect(try await journey.talk("What was it? \(search)", to: outcome.bot).contains("Miso"))

            let before = try #require(server.agentProcessNumbers().first)
            let restart = try await journey.browser.post(form: [], to: server.site + "/dashboard/restart")
            #expect((200..<400).contains(restart.status), "\(restart.body)")
            try await eventually("the agent is another process", within: .seconds(120)) {
                let now = server.agentProcessNumbers()
                return !now.isEmpty && !now.contains(before)
            }
            #expect(try await journey.talk("And now? \(search)", to: outcome.bot).contains("Miso"))
        }
    }

    @Test func answersAgainAfterThreeKillsInARow() async throws {
        try await withServer { server, journey, outcome in
            for kill in 1...3 {
                let numbers = server.agentProcessNumbers()
                for number in numbers { Foundation.kill(number, SIGKILL) }
                try await eventually("the agent is started again (\(kill))", within: .seconds(120)) {
                    let now = server.agentProcessNumbers()
                    return !now.isEmpty && Set(now).isDisjoint(with: numbers)
                }
                _ = try await journey.agentIsRunning()
            }
            // OpenClaw itself would keep Telegram off for minutes.
            let start = ContinuousClock.now
            #expect(try await journey.talk("And 20 + 3?", to: outcome.bot) == "That makes 23.")
            #expect(ContinuousClock.now - start < .seconds(60))
        }
    }
}
