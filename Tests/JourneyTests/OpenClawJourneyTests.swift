import Core
import Foundation
import TestSupport
import Testing

@testable import CloudApp

/// The real program; `nil` where there is none.
private let openClaw = ProcessInfo.processInfo.environment["OPENCLAW"]

/// A newer release that the same program becomes with OPENCLAW_VERSION; `nil` where it doesn't.
private let newerVersion = ProcessInfo.processInfo.environment["OPENCLAW_NEWER"]

/// The product with the real OpenClaw as its agents: see scripts/with-openclaw. The sandbox's model does what it is told in
/// brackets, so what the program makes of a tool call can be looked at from outside.
@Suite(.enabled(if: openClaw != nil, "OPENCLAW names no program"), .timeLimit(.minutes(10)), .serialized)
struct OpenClawJourneyTests {
    private func withServer(
        program: String? = openClaw, isStubborn: Bool = false,
        _ body: (ServerProcess, Journey, Journey.Outcome) async throws -> Void
    ) async throws {
        let server = ServerProcess(variables: ["AGENT_EXECUTABLE": program ?? ""])
        defer { server.tearDown() }
        try await server.start()
        let journey = Journey(site: server.site, sandbox: server.sandbox, isStubborn: isStubborn)
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

            let left = try await journey.talk("How much is left? [sandbox tool=platform__usage_left {}]", to: outcome.bot)
            #expect(left.contains("units are left"), "\(left)")
            let minute = Date(timeIntervalSince1970: (Date.now.timeIntervalSince1970 / 60).rounded(.up) * 60 + 60)
            let when = String(minute.ISO8601Format().prefix(16))
            let remind = #"[sandbox tool=platform__reminders_set {"text":"Water the basil","when":"\#(when)"}]"#
            #expect(try await journey.talk("Remind me. \(remind)", to: outcome.bot).contains("Done"))

            try await restart(server, journey)
            #expect(try await journey.talk("And now? \(search)", to: outcome.bot).contains("Miso"))
            // Sent by the platform, whatever the agent is at.
            try await eventually("the reminder comes", within: .seconds(150)) {
                try await journey.said(by: outcome.bot).contains("⏰ Water the basil")
            }
            #expect(Date.now.timeIntervalSince(minute) < 10)
        }
    }

    /// OPENCLAW_MESSAGES: how many, 10 unless set. A conversation's price grows with its length, so all are in one.
    @Test func aMessageCostsNoMoreThanTheSiteCountsOn() async throws {
        let messages = ProcessInfo.processInfo.environment["OPENCLAW_MESSAGES"].flatMap { Int($0) } ?? 10
        try await withServer { server, journey, outcome in
            for number in 1...messages {
                _ = try await journey.talk(
                    "What is \(number) + 70000?", to: outcome.bot, until: "That makes \(number + 70000).")
            }
            let used = try await journey.tokensAreCounted().used
            let plan = PlanTable.builtIn[.pro]
            let each = used / (messages + 1)
            print(
                "\(messages + 1) messages: \(each) units each; the site counts on \(plan.monthlyUnits / (30 * plan.dailyMessages))"
            )
            #expect(each <= plan.monthlyUnits / (30 * plan.dailyMessages))
        }
    }

    /// OPENCLAW_KILLS: how many, 4 unless set. An answer that OpenClaw is just sending when it is killed is lost: it marks it as
    /// begun, and doesn't send it again, as it may have arrived. How often that was is printed.
    @Test func answersNoMessageTwiceThroughKillsOfTheAgentAndThePlatform() async throws {
        let kills = ProcessInfo.processInfo.environment["OPENCLAW_KILLS"].flatMap { Int($0) } ?? 4
        try await withServer(isStubborn: true) { server, journey, outcome in
            var longest = Duration.zero
            for kill in 1...kills {
                try await journey.send("What is \(1000 * kill) + 7?", to: outcome.bot)
                try await Task.sleep(for: .milliseconds(kill * 617 % 2500))
                let start = ContinuousClock.now
                if kill.isMultiple(of: 2) {
                    server.kill()
                    try await server.start()
                } else {
                    for number in server.agentProcessNumbers() { Foundation.kill(number, SIGKILL) }
                }
                let answer = "That makes \(1000 * kill + 9)."
                _ = try await journey.talk("And what is \(1000 * kill) + 9?", to: outcome.bot, until: answer)
                longest = max(longest, ContinuousClock.now - start)
            }
            let said = try await journey.said(by: outcome.bot)
            let counts = (1...kills).flatMap { kill in
                [7, 9].map { rest in said.count { $0 == "That makes \(1000 * kill + rest)." } }
            }
            #expect(counts.allSatisfy { $0 <= 1 }, "\(said)")
            #expect(longest < .seconds(60))
            let books = try await journey.books()
            #expect(Set(books.eventIDs).count == books.eventIDs.count)
            #expect(books.eventUnits == books.used)
            let lost = counts.count { $0 == 0 }
            print(
                "\(kills) kills: \(lost) of \(counts.count) answers lost while being sent, none twice, back after \(longest) at most"
            )
        }
    }

    /// Presses the dashboard's button, and waits for another process.
    private func restart(_ server: ServerProcess, _ journey: Journey) async throws {
        let before = Set(server.agentProcessNumbers())
        let answer = try await journey.browser.post(form: [], to: server.site + "/dashboard/restart")
        #expect((200..<400).contains(answer.status), "\(answer.body)")
        try await eventually("the agent is another process", within: .seconds(120)) {
            let now = server.agentProcessNumbers()
            return !now.isEmpty && before.isDisjoint(with: now)
        }
    }

    @Test(.enabled(if: newerVersion != nil, "the program has no newer release beside it"))
    func keepsMemoryAndConversationThroughAnUpgrade() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "openclaw-versions-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (version, program) = (folder.appending(path: "version"), folder.appending(path: "openclaw"))
        try Data("2026.9.4".utf8).write(to: version)
        let launcher = """
            #!/bin/sh
            OPENCLAW_VERSION=$(cat "\(version.path())") exec "\(openClaw ?? "")" "$@"
            """
        try Data(launcher.utf8).write(to: program)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: program.path())
        try await withServer(program: program.path()) { server, journey, outcome in
            let note = #"[sandbox tool=write {"path":"MEMORY.md","content":"The cat of Ana is called Miso.\n"}]"#
            _ = try await journey.talk("My name is Ana. \(note)", to: outcome.bot)
            try Data((newerVersion ?? "").utf8).write(to: version)
            try await restart(server, journey)
            #expect(try await journey.talk("What is my name?", to: outcome.bot) == "Your name is Ana.")
            let search = #"[sandbox tool=memory_search {"query":"cat Ana"}]"#
            #expect(try await journey.talk("And the cat? \(search)", to: outcome.bot).contains("Miso"))
            #expect(server.agentProcessNumbers().contains { server.program(of: $0).contains("/\(newerVersion ?? "")/") })
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
