import Core
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CloudApp

/// Messages come at any moment of falling asleep and waking up, and the platform or the agents are killed at others. The agents
/// are the real OpenClaw where there is one, see scripts/with-openclaw, else the stand-in.
///
/// BOX_MESSAGES: how many, 6 unless set; BOX_AGENTS: to how many agents, 1 unless set; BOX_SEED repeats a run.
@Suite(.timeLimit(.minutes(60)), .serialized)
struct SleepChaosTests {
    private static let openClaw = ProcessInfo.processInfo.environment["OPENCLAW"]
    private static let environment = ProcessInfo.processInfo.environment
    private let messages = environment["BOX_MESSAGES"].flatMap { Int($0) } ?? 6
    private let agents = environment["BOX_AGENTS"].flatMap { Int($0) } ?? 1
    private let seed = environment["BOX_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 1...UInt64.max)

    @Test func losesNoMessageAndAnswersNoneTwiceThroughKillsAtAnyMoment() async throws {
        print("\(messages) messages to \(agents) agents, BOX_SEED=\(seed)")
        var variables = ["AGENT_SLEEP_AFTER": "4"]
        if let program = Self.openClaw { variables["AGENT_EXECUTABLE"] = program }
        let server = ServerProcess(variables: variables)
        defer { server.tearDown() }
        try await server.start()
        var conversations: [Conversation] = []
        for _ in 1...agents {
            let journey = Journey(site: server.site, sandbox: server.sandbox, isStubborn: true)
            let bot = try await journey.walk().bot
            conversations.append(
                Conversation(journey: journey, bot: bot, box: try await journey.box().id, count: messages / agents))
        }
        do {
            let kills = try await writeAndKill(conversations, server)
            try await judge(conversations, kills, server)
        } catch {
            Issue.record("\(error)\n\(server.agentLogs)\n\(server.log.suffix(4_000))")
        }
    }

    /// One customer's, of numbered questions.
    private struct Conversation: Sendable {
        let journey: Journey
        let bot: String
        let box: String
        let count: Int

        func question(_ number: Int) -> String { "What is \(number) + 80000?" }
        func answer(_ number: Int) -> String { "That makes \(number + 80000)." }

        /// - Returns: the questions that have no answer.
        func open() async throws -> [Int] {
            let said = Set(try await journey.said(by: bot))
            return (1...count).filter { !said.contains(answer($0)) }
        }
    }

    private struct Kills {
        var platform = 0
        var agents = 0
        /// By box: questions that were open when the real OpenClaw was killed. It marks an answer as begun before it sends it, and
        /// sends it no second time.
        var excused: [String: Set<Int>] = [:]
    }

    private func writeAndKill(_ conversations: [Conversation], _ server: ServerProcess) async throws -> Kills {
        let isOver = Flag()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, conversation) in conversations.enumerated() {
                group.addTask {
                    var random = SeededGenerator(seed: seed &+ UInt64(index + 1))
                    for number in 1...conversation.count {
                        try await Task.sleep(for: .milliseconds(Int.random(in: 0...8_500, using: &random)))
                        try await conversation.journey.say(conversation.question(number), to: conversation.bot)
                    }
                }
            }
            async let killed = kill(conversations, server, until: isOver)
            try await group.waitForAll()
            isOver.raise()
            return try await killed
        }
    }

    private func kill(_ conversations: [Conversation], _ server: ServerProcess, until isOver: Flag) async throws -> Kills {
        var random = SeededGenerator(seed: seed)
        var kills = Kills()
        while !isOver.isRaised {
            try await Task.sleep(for: .milliseconds(Int.random(in: 1_000...12_000, using: &random)))
            if Bool.random(using: &random) {
                server.kill()
                try await server.start()
                kills.platform += 1
                continue
            }
            let victim = conversations[Int.random(in: 0..<conversations.count, using: &random)]
            let processes = server.agentProcessNumbers(of: victim.box)
            guard !processes.isEmpty else { continue }
            if Self.openClaw != nil { kills.excused[victim.box, default: []].formUnion(try await victim.open()) }
            for process in processes { Foundation.kill(process, SIGKILL) }
            kills.agents += 1
        }
        return kills
    }

    private func judge(_ conversations: [Conversation], _ kills: Kills, _ server: ServerProcess) async throws {
        var (lost, cut, twice) = (0, 0, 0)
        for conversation in conversations {
            let excused = kills.excused[conversation.box] ?? []
            try? await eventually("every message is answered", within: .seconds(200)) {
                try await Set(conversation.open()).isSubset(of: excused)
            }
            // What OpenClaw takes up again after its start may still come.
            if !excused.isEmpty {
                try? await eventually(within: .seconds(60)) { try await conversation.open().isEmpty }
            }
            let said = try await conversation.journey.said(by: conversation.bot)
            let open = try await conversation.open()
            #expect(open.filter { !excused.contains($0) } == [], "never answered: \(conversation.bot)")
            if !open.isEmpty {
                let other = said.filter { !$0.hasPrefix("That makes") }
                print("\(conversation.bot) has no answer to \(open), and said besides: \(other)")
            }
            lost += open.count { !excused.contains($0) }
            cut += open.count { excused.contains($0) }
            let repeated = (1...conversation.count).filter { number in
                said.count { $0 == conversation.answer(number) } > 1
            }
            #expect(repeated.filter { !excused.contains($0) } == [], "answered twice: \(conversation.bot)")
            twice += repeated.count
        }
        let conflict = server.longestConflict()
        #expect(conflict < .seconds(5))
        print(
            """
            \(conversations.count * (messages / agents)) messages, \(kills.platform) kills of the platform and \(kills.agents) of \
            agents: \(lost) lost, \(cut) lost by kills of OpenClaw itself, \(twice) answered twice; longest conflict at \
            Telegram \(conflict.milliseconds) ms
            """)
    }
}
