import Core
import Foundation
import TestSupport
import Testing

@testable import CloudApp

private let environment = ProcessInfo.processInfo.environment

/// Long trials with the real OpenClaw: `make trials-openclaw`. OPENCLAW_TRIALS switches them on; each has a variable for its length
/// and is short without it.
@Suite(
    .enabled(if: environment["OPENCLAW"] != nil && environment["OPENCLAW_TRIALS"] != nil, "OPENCLAW_TRIALS isn't set"),
    .timeLimit(.minutes(60)), .serialized)
struct OpenClawTrials {
    private func length(_ variable: String, _ usual: Int) -> Int { environment[variable].flatMap { Int($0) } ?? usual }

    private func withServer(
        _ variables: [String: String] = [:], _ body: (ServerProcess) async throws -> Void
    ) async throws {
        let server = ServerProcess(
            variables: ["AGENT_EXECUTABLE": environment["OPENCLAW"] ?? "", "AGENT_SLEEP_AFTER": "0"].merging(variables) {
                $1
            })
        defer { server.tearDown() }
        try await server.start()
        do {
            try await body(server)
        } catch {
            Issue.record("\(error)\n\(server.agentLogs)\n\(server.log.suffix(2_000))")
        }
    }

    private func journey(_ server: ServerProcess, plan: String) -> Journey {
        let answers = ["I need help planning my week and my meals", "Luna", "Just me, every day for work", plan]
        return Journey(site: server.site, sandbox: server.sandbox, answers: answers)
    }

    /// OPENCLAW_AGENTS: how many, 3 unless set. All stay awake.
    @Test func agentsOfEveryPlanAnswerOneAfterTheOtherAndTwoAtOnce() async throws {
        let count = length("OPENCLAW_AGENTS", 3)
        try await withServer { server in
            let plans = ["Starter", "Pro", "Team"]
            var times: [String] = []
            for number in 0..<count {
                let plan = plans[number % plans.count]
                let outcome = try await journey(server, plan: plan).walk()
                #expect(outcome.answer == "That makes 5.")
                times.append("\(plan) \(outcome.fromPaidToAnswer.milliseconds)")
            }
            async let first = journey(server, plan: "Pro").walk()
            async let second = journey(server, plan: "Team").walk()
            let both = try await [first, second]
            #expect(both.allSatisfy { $0.answer == "That makes 5." })
            print("paid → answer, ms: \(times.joined(separator: ", "))")
            print("two at once, ms: \(both.map { "\($0.fromPaidToAnswer.milliseconds)" }.joined(separator: ", "))")
        }
    }

    /// OPENCLAW_IDLE: seconds of silence, 30 unless set.
    @Test func nothingIsAskedOfTheModelWhileNobodyWrites() async throws {
        let seconds = length("OPENCLAW_IDLE", 30)
        try await withServer { server in
            let journey = journey(server, plan: "Pro")
            let outcome = try await journey.walk()
            let before = try await calls(journey)
            try await Task.sleep(for: .seconds(seconds))
            #expect(try await calls(journey) == before)
            #expect(!server.agentProcessNumbers().isEmpty)
            #expect(try await journey.talk("And 20 + 3?", to: outcome.bot) == "That makes 23.")
            print("idle for \(seconds) s: \(try await calls(journey) - before) calls upstream, that of the message after it")
        }
    }

    /// - Returns: how many calls the upstream has billed.
    private func calls(_ journey: Journey) async throws -> Int {
        struct Ledger: Decodable {
            let count: Int
        }
        let ledger: Ledger = try await journey.browser.get(journey.sandbox + "/sandbox/kimi/calls").json()
        return ledger.count
    }

    /// OPENCLAW_ROUNDS: how many, 3 unless set. In each the month gets a few thousand units more, and the agent is talked to until
    /// they are used up. What stays unused is less than is set aside for a new conversation: OpenClaw's own words have to fit whole,
    /// and its tools count by their bytes.
    @Test func noUnitIsUsedBeyondTheLimit() async throws {
        let rounds = length("OPENCLAW_ROUNDS", 3)
        let plans = FileManager.default.temporaryDirectory.appending(path: "plans-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: plans) }
        let table = String(decoding: try JSONEncoder().encode(PlanTable.builtIn.all), as: UTF8.self)
        try Data(table.replacing("\"monthlyUnits\":20000000", with: "\"monthlyUnits\":12000").utf8).write(to: plans)
        try await withServer(["PLANS_FILE": plans.path()]) { server in
            let journey = journey(server, plan: "Pro")
            let bot = try await journey.walk().bot
            struct Record: Decodable {
                let agent: AgentReference
            }
            let record = try JSONDecoder().decode(Record.self, from: Data((try server.agentFile("agent.json") ?? "").utf8))
            var (unused, question) = ([Int](), 0)
            for round in 1...rounds {
                if round > 1 {
                    let limit = try await journey.tokensAreCounted().limit
                    _ = try server.run([
                        "admin", "grant", "tokens", record.agent.customerID.rawValue, "--units",
                        "\(Int.random(in: 6_000...10_000))", "--reason", "a trial",
                    ])
                    try await eventually("the month is longer") { try await journey.tokensAreCounted().limit > limit }
                    let said = try await journey.said(by: bot).count
                    try await journey.send("/new", to: bot)
                    try await eventually("a new conversation begins", within: .seconds(120)) {
                        try await journey.said(by: bot).count > said
                    }
                }
                repeat { question += 1 } while try await isAnswered(question, journey, bot)
                let usage = try await journey.tokensAreCounted()
                #expect(usage.used <= usage.limit, "\(usage)")
                unused.append(usage.limit - usage.used)
            }
            let books = try await journey.books()
            #expect(books.eventUnits == books.used)
            print("\(rounds) rounds to the limit, \(question) messages: 0 units over; unused: \(unused)")
            #expect(unused.allSatisfy { $0 < 12_000 }, "\(unused)")
        }
    }

    /// - Returns: `false` if the month doesn't suffice.
    private func isAnswered(_ number: Int, _ journey: Journey, _ bot: String) async throws -> Bool {
        func refusals(_ said: [String]) -> Int {
            said.count { $0.contains("This month's usage is used up") || $0.contains("isn't enough for") }
        }
        let before = refusals(try await journey.said(by: bot))
        try await journey.send("What is \(number) + 90000?", to: bot)
        var isAnswered = false
        try await eventually("question \(number) is answered or refused", within: .seconds(120)) {
            let said = try await journey.said(by: bot)
            isAnswered = said.contains("That makes \(number + 90000).")
            return isAnswered || refusals(said) > before
        }
        return isAnswered
    }
}
