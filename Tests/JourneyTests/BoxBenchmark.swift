import Core
import Foundation
import TestSupport
import Testing

@testable import CloudApp

/// What a customer waits for, and what a sleeping box takes, with figures: `scripts/bench-box`. BENCH_BOX says how many runs
/// of each.
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

        report("new name → an answer that knows it", try await rename(journey, bot, server))

        var (typing, answered): ([Duration], [Duration]) = ([], [])
        for run in 1...runs {
            try await eventually("all agents sleep", within: .seconds(300)) { server.agentProcessNumbers().isEmpty }
            let text = "What is \(run) + 600?"
            let start = ContinuousClock.now
            let (browser, phone) = (journey.browser, server.sandbox + "/phone/events")
            async let typed = timeOfTyping(browser, phone, since: start)
            _ = try await journey.talk(text, to: bot, until: "That makes \(run + 600).")
            answered.append(ContinuousClock.now - start)
            typing.append(try await typed)
        }
        report("asleep → “typing…”", typing)
        report("asleep → message → answer", answered)

        try await eventually("all agents sleep", within: .seconds(300)) { server.agentProcessNumbers().isEmpty }
        let platform = server.memory()
        print("\(runs) sleeping boxes: no process of their own; the platform takes \(platform >> 20) MiB with all of them")
        try await printMemoryOfSleepingPods(server)
    }

    @Test func printsWhatACustomerWaitsForWithASpare() async throws {
        var variables = ["AGENT_SLEEP_AFTER": "0", "SPARE_AGENTS": "1"]
        if let program = Self.openClaw { variables["AGENT_EXECUTABLE"] = program }
        let server = ServerProcess(variables: variables)
        defer { server.tearDown() }
        try await server.start()
        var paid: [Duration] = []
        for _ in 1...runs {
            try await eventually("a spare is ready", within: .seconds(300)) { try server.hasReadySpare() }
            let journey = Journey(site: server.site, sandbox: server.sandbox)
            paid.append(try await journey.walk().fromPaidToAnswer)
        }
        report("paid → answer, with a spare", paid)
    }

    /// Saves new names on the dashboard, and asks for each at once.
    private func rename(_ journey: Journey, _ bot: String, _ server: ServerProcess) async throws -> [Duration] {
        let box = try await journey.box().id
        var times: [Duration] = []
        var (atOnce, kept) = (0, 0)
        for run in 1...runs {
            // Awake, as somebody is who has just talked to it.
            _ = try await journey.talk("What is \(run) + 300?", to: bot, until: "That makes \(run + 300).")
            let processes = Set(server.agentProcessNumbers(of: box))
            let name = "Mia\(run)"
            let start = ContinuousClock.now
            try await journey.rename(to: name)
            var questions = 0
            try await eventually("an answer knows the name", within: .seconds(120)) {
                questions += 1
                return try await journey.talk("Hello! (\(run), \(questions))", to: bot).contains("I'm \(name),")
            }
            times.append(ContinuousClock.now - start)
            if questions == 1 { atOnce += 1 }
            if !processes.isEmpty, processes.isSubset(of: server.agentProcessNumbers(of: box)) { kept += 1 }
        }
        print(
            "new name: \(atOnce) of \(runs) known to the first answer after “Save”, \(kept) of \(runs) without a new process"
        )
        #expect(kept == runs)
        return times
    }

    private func timeOfTyping(
        _ browser: JourneyClient, _ phone: String, since start: ContinuousClock.Instant
    ) async throws -> Duration {
        try await browser.read(phone) { $0.contains("event: typing") }
        return ContinuousClock.now - start
    }

    /// `openclaw-cloud box` as in a pod, each asleep over a bot of its own.
    private func printMemoryOfSleepingPods(_ server: ServerProcess) async throws {
        var pods: [SleepingPod] = []
        defer { for pod in pods { pod.tearDown() } }
        for number in 1...3 { pods.append(try await SleepingPod(number, server)) }
        for pod in pods { try await eventually("the box sleeps") { await pod.sleeps() } }
        try await Task.sleep(for: .seconds(5))
        let figures = pods.map { pod in
            "\(pod.memory("Anonymous") >> 10) KiB of its own, \(pod.memory("Rss") >> 10) KiB with the program's text"
        }
        print("a sleeping box as a pod's first process: \(figures.joined(separator: "; "))")
    }

    private func report(_ what: String, _ times: [Duration]) {
        let sorted = times.sorted()
        let all = times.map { "\($0.milliseconds)" }.joined(separator: " ")
        print(
            "\(what): median \(sorted[sorted.count / 2].milliseconds) ms, longest \(sorted.last?.milliseconds ?? 0) ms; ms: \(all)"
        )
    }
}
