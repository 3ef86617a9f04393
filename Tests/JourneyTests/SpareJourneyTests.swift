import Foundation
import TestSupport
import Testing

@testable import CloudApp

/// A customer whose agent was started before they came: the real OpenClaw where there is one, see scripts/with-openclaw, else the
/// stand-in.
@Suite(.timeLimit(.minutes(10)), .serialized)
struct SpareJourneyTests {
    private static let openClaw = ProcessInfo.processInfo.environment["OPENCLAW"]

    @Test func aPaymentTakesTheProcessOverThatIsThere() async throws {
        var variables = ["AGENT_SLEEP_AFTER": "0", "SPARE_AGENTS": "1"]
        if let program = Self.openClaw { variables["AGENT_EXECUTABLE"] = program }
        let server = ServerProcess(variables: variables)
        defer { server.tearDown() }
        try await server.start()
        do {
            try await eventually("a spare is ready", within: .seconds(180)) { try server.hasReadySpare() }
            let processes = Set(server.agentProcessNumbers())
            let journey = Journey(site: server.site, sandbox: server.sandbox)
            let outcome = try await journey.walk()
            print("paid → answer, with a spare: \(outcome.fromPaidToAnswer)")
            #expect(outcome.answer == "That makes 5.")
            #expect(
                try await journey.tokensAreCounted().used > 0, "its owner's answer is counted, by the model's own figures")
            #expect(!processes.isEmpty && processes.isSubset(of: server.agentProcessNumbers()), "no new process")
            // One warmed, for nothing, and the next one on its way.
            try await eventually("another spare is ready", within: .seconds(180)) { try server.hasReadySpare() }
            let answer = "That makes 507."
            #expect(try await journey.talk("What is 7 + 500?", to: outcome.bot, until: answer) == answer)
        } catch {
            Issue.record("\(error)\n\(server.agentLogs)\n\(server.log.suffix(4_000))")
        }
    }
}

extension ServerProcess {
    /// Whether a payment would find a spare.
    func hasReadySpare() throws -> Bool {
        try run(["admin", "boxes", "spares"]).contains(/\sready\s/)
    }
}
