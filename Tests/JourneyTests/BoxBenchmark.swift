import Core
import Foundation
import TestSupport
import Testing

@testable import CloudApp

/// What a customer waits for, with figures: `scripts/bench-box`. BENCH_BOX says how many runs of each.
@Suite(
    .enabled(if: ProcessInfo.processInfo.environment["BENCH_BOX"] != nil, "BENCH_BOX isn't set"), .timeLimit(.minutes(60)),
    .serialized)
struct BoxBenchmark {
    private static let openClaw = ProcessInfo.processInfo.environment["OPENCLAW"]
    private let runs = ProcessInfo.processInfo.environment["BENCH_BOX"].flatMap { Int($0) } ?? 10

    @Test func printsWhatACustomerWaitsFor() async throws {
        var variables = ["AGENT_SLEEP_AFTER": "15"]
        if let program = Self.openClaw { variables["AGENT_EXECUTABLE"] = program }
        let server = ServerProcess(variables: variables)
        defer { server.tearDown() }
        try await server.start()

        var paid: [Duration] = []
        var journey = Journey(site: server.site, sandbox: server.sandbox)
        var bot = ""
        for _ in 1...runs {
            journey = Journey(site: server.site, sandbox: server.sandbox)
            let outcome = try await journey.walk()
            bot = outcome.bot
            paid.append(outcome.fromPaidToAnswer)
        }
        report("paid → answer", paid)

        var renamed: [Duration] = []
        for run in 1...runs {
            let processes = Set(server.agentProcessNumbers())
            let name = "Mia\(run)"
            let start = ContinuousClock.now
            try rename(to: name, server)
            try await eventually("the next answer knows the name", within: .seconds(120)) {
                _ = try await journey.talk("Hello! (\(run), \(Date.now))", to: bot)
                return try await journey.said(by: bot).last?.contains(name) == true
            }
            renamed.append(ContinuousClock.now - start)
            let now = Set(server.agentProcessNumbers())
            if now.isDisjoint(with: processes) { print("run \(run): a new process (it slept, or was started anew)") }
        }
        report("new name → an answer that knows it", renamed)

        var (typing, answered): ([Duration], [Duration]) = ([], [])
        for run in 1...runs {
            try await eventually("all agents sleep", within: .seconds(300)) { server.agentProcessNumbers().isEmpty }
            try await Task.sleep(for: .seconds(1))
            let text = "What is \(run) + 600?"
            let start = ContinuousClock.now
            let (browser, phone) = (journey.browser, server.sandbox + "/phone/events")
            async let typed = timeOfTyping(browser, phone, since: start)
            try await journey.send(text, to: bot)
            _ = try await journey.talk(text, to: bot, until: "That makes \(run + 600).")
            answered.append(ContinuousClock.now - start)
            typing.append(try await typed)
        }
        report("asleep → “typing…”", typing)
        report("asleep → message → answer", answered)
    }

    private func timeOfTyping(
        _ browser: JourneyClient, _ phone: String, since start: ContinuousClock.Instant
    ) async throws -> Duration {
        try await browser.read(phone) { $0.contains("event: typing") }
        return ContinuousClock.now - start
    }

    /// As saving it on the dashboard does: a new generation and a job.
    private func rename(to name: String, _ server: ServerProcess) throws {
        let file = server.dataDirectory.appending(path: "openclaw-cloud.sqlite").path()
        let script = """
            import sqlite3, sys
            with sqlite3.connect(sys.argv[1], timeout=20) as database:
                row = database.execute("SELECT id FROM boxes ORDER BY created_at DESC LIMIT 1").fetchone()
                database.execute("UPDATE boxes SET agent_name = ?, generation = generation + 1 WHERE id = ?", (sys.argv[2], row[0]))
                print(row[0])
            """
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = ["-c", script, file, name]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let box = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        guard process.end(with: 0) == 0 else { throw ServerProcess.Failure(description: "the name can't be changed") }
        _ = try server.run(["admin", "box", "reconcile", box.trimmingCharacters(in: .whitespacesAndNewlines)])
    }

    private func report(_ what: String, _ times: [Duration]) {
        let sorted = times.sorted()
        let all = times.map { "\($0.milliseconds)" }.joined(separator: " ")
        print("\(what): median \(sorted[sorted.count / 2]), longest \(sorted.last ?? .zero); ms: \(all)")
    }
}
