import Core
import FoundationEssentials
import SystemPackage
import TestSupport
import Testing

@testable import BoxSupervisor
@testable import Operator

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What becomes of an agent that goes down.
@Suite(.timeLimit(.minutes(1)))
struct AgentFailureTests {
    private let box = Sample.box()

    @Test func startsACrashedAgentAgain() async throws {
        var timing = AgentTiming.quick
        timing.firstBackoff = .milliseconds(300)
        try await StandInAgent.with(timing: timing) { stand in
            let runtime = try stand.runtime()
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            kill(try #require(stand.processes(box).first), SIGKILL)
            let state = try await runtime.state(of: box) { $0 != .ready }
            #expect(state == .restarting(.vanished))
            try await runtime.becomesReady(box)
            #expect(stand.starts(box).count == 2)
        }
    }

    @Test func givesTheReasonAfterThreeFailuresInARowAndKeepsTrying() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime(.crash)
            try await runtime.apply(try Sample.specification(box))
            let state = try await runtime.state(of: box) { if case .failed = $0 { true } else { false } }
            #expect(state == .failed(.exited(code: 3)))
            let starts = stand.starts(box).count
            #expect(starts >= 3)
            try await eventually { stand.starts(box).count > starts }
            #expect(try await runtime.observe(AgentReference(box)).state == .failed(.exited(code: 3)))
        }
    }

    @Test func restartsAnAgentThatTakesTooMuchMemory() async throws {
        var timing = AgentTiming.quick
        timing.firstBackoff = .seconds(30)
        try await StandInAgent.with(timing: timing) { stand in
            let runtime = try stand.runtime(.greedy)
            try await runtime.apply(try Sample.specification(box, plan: try Sample.plan(memoryLimit: 300)))
            try await runtime.becomesReady(box)
            try await runtime.apply(try Sample.specification(box, plan: try Sample.plan(memoryLimit: 100)))
            let state = try await runtime.state(of: box) { if case .restarting = $0 { true } else { false } }
            #expect(state == .restarting(.ranOutOfMemory))
            #expect(stand.processes(box).isEmpty)
        }
    }

    @Test func restartsAnAgentThatStopsAnswering() async throws {
        var timing = AgentTiming.quick
        timing.silenceLimit = .milliseconds(200)
        timing.firstBackoff = .seconds(30)
        try await StandInAgent.with(timing: timing) { stand in
            let runtime = try stand.runtime(.fading)
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            try Data().write(to: URL(filePath: stand.directory(box).home + "/quiet"))
            let state = try await runtime.state(of: box) { $0 != .ready }
            #expect(state == .restarting(.stoppedAnswering))
            #expect(stand.processes(box).isEmpty)
        }
    }

    @Test func aRefusedConfigurationIsTriedOnceMoreAndThenLeft() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime(.refuse)
            try await runtime.apply(try Sample.specification(box))
            let state = try await runtime.state(of: box) { if case .failed = $0 { true } else { false } }
            #expect(state == .failed(.configurationRefused))
            #expect(stand.starts(box).count == 2)
            let observed = try await runtime.observe(AgentReference(box))
            #expect(observed.words?.contains("Unrecognized key: memorySearch") == true)

            // Wanting the same again changes nothing; another configuration is tried.
            try await runtime.apply(try Sample.specification(box))
            #expect(stand.starts(box).count == 2)
            let changed = Sample.box(purpose: "Sailing.")
            try await runtime.apply(try Sample.specification(changed))
            _ = try await runtime.state(of: changed) { if case .failed = $0 { true } else { false } }
            #expect(stand.starts(box).count == 4)
        }
    }

    @Test func aConfigurationThatIsRefusedWithAnotherExitCodeIsNoCrash() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime(.legacy)
            try await runtime.apply(try Sample.specification(box))
            let state = try await runtime.state(of: box) { if case .failed = $0 { true } else { false } }
            #expect(state == .failed(.configurationRefused))
            #expect(stand.starts(box).count == 2)
            let observed = try await runtime.observe(AgentReference(box))
            #expect(observed.words == "models.providers: refused.example isn't to be used")
        }
    }

    /// A program that is still starting on a busy machine answers late. It has to have had the time to fetch the message that it
    /// was woken for.
    @Test func isAwakeForItsWholeTimeAfterALateAnswer() async throws {
        var timing = AgentTiming.quick
        timing.answerLimit = .seconds(5)
        try await StandInAgent.with(timing: timing) { stand in
            let settings = AgentSettings(
                tokenProxyURL: "http://127.0.0.1:9/v1", telegramAPIRoot: "http://127.0.0.1:9",
                sleepAfter: .milliseconds(1_500))
            let runtime = try stand.runtime(.slow)
            try await runtime.apply(try Sample.specification(box, settings: settings))
            _ = try await runtime.state(of: box) { $0 == .asleep }
            #expect(try #require(stand.closings(box).first) > 1.4)
        }
    }

    @Test func switchesTelegramOnAgainAndIsNotReadyBefore() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime(.suppressed)
            let states = Task { [box] in
                try await runtime.state(of: box) { $0 == .restarting(.channelSuppressed) || $0 == .ready }
            }
            try await runtime.apply(try Sample.specification(box))
            #expect(try await states.value == .restarting(.channelSuppressed))
            try await runtime.becomesReady(box)
            let told = FileManager.default.contents(atPath: stand.directory(box).home + "/channel-started")
            #expect(told == Data("telegram".utf8))
            #expect(stand.starts(box).count == 1)
        }
    }

    @Test func countsTheMemoryOfWhatAnAgentHasStarted() async throws {
        var timing = AgentTiming.quick
        timing.firstBackoff = .seconds(30)
        try await StandInAgent.with(timing: timing) { stand in
            let runtime = try stand.runtime(.parent)
            try await runtime.apply(try Sample.specification(box, plan: try Sample.plan(memoryLimit: 100)))
            let state = try await runtime.state(of: box) { if case .restarting = $0 { true } else { false } }
            #expect(state == .restarting(.ranOutOfMemory))
        }
    }

    @Test func restartsAnAgentThatNeverAnswers() async throws {
        var timing = AgentTiming.quick
        timing.startLimit = .milliseconds(500)
        timing.firstBackoff = .seconds(30)
        try await StandInAgent.with(timing: timing) { stand in
            let runtime = try stand.runtime(.mute)
            try await runtime.apply(try Sample.specification(box))
            let state = try await runtime.state(of: box) { $0 != .starting && $0 != .absent && $0 != .stopped }
            #expect(state == .restarting(.neverAnswered))
        }
    }

    @Test func tellsWhenTheProgramIsMissing() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime(AgentCommand(executable: "/nowhere/openclaw"))
            try await runtime.apply(try Sample.specification(box))
            let state = try await runtime.state(of: box) { if case .failed = $0 { true } else { false } }
            #expect(state == .failed(.notStartable))
        }
    }

    @Test func keepsTheLogShort() async throws {
        var timing = AgentTiming.quick
        timing.logLimit = 50_000
        try await StandInAgent.with(timing: timing) { stand in
            let runtime = try stand.runtime(.chatty)
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            let log = stand.directory(box).log.path.string
            func size(_ file: String) -> Int { FileManager.default.contents(atPath: file)?.count ?? 0 }
            try await eventually { size(log + ".1") == 50_000 }
            try await eventually { size(log) > 0 }
            #expect(size(log) < 500_000)
        }
    }

    @Test func waitsTwiceAsLongAfterEachFailureUpToAMinute() {
        let timing = AgentTiming()
        let pauses = [1, 2, 3, 6, 7, 50].map { timing.backoff.pause(failures: $0) }
        #expect(pauses == [1, 2, 4, 32, 60, 60].map(Duration.seconds))
    }
}
