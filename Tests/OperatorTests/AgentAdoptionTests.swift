import Core
import FoundationEssentials
import TestSupport
import Testing

@testable import BoxSupervisor
@testable import Operator

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the next run of the platform makes of the agents that a killed one left behind.
@Suite(.timeLimit(.minutes(1)))
struct AgentAdoptionTests {
    private let box = Sample.box()
    private var agent: AgentReference { AgentReference(box) }

    /// Starts an agent and forgets it, as the platform does when it is killed.
    private func leaveBehind(_ stand: StandInAgent) async throws -> Int32 {
        let runtime = try stand.runtime()
        try await runtime.apply(try Sample.specification(box))
        try await runtime.becomesReady(box)
        await runtime.abandonAll()
        return try #require(stand.processes(box).first)
    }

    @Test func adoptsAnAgentThatRunsAsRecorded() async throws {
        try await StandInAgent.with { stand in
            let process = try await leaveBehind(stand)
            let runtime = try stand.runtime()
            try await runtime.cleanUp { [agent] }
            try await runtime.becomesReady(box)
            try await runtime.apply(try Sample.specification(box))
            #expect(stand.processes(box) == [process])
            #expect(stand.starts(box) == [process])
        }
    }

    @Test func restartsAnAdoptedAgentThatDies() async throws {
        try await StandInAgent.with { stand in
            let process = try await leaveBehind(stand)
            let runtime = try stand.runtime()
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            kill(process, SIGKILL)
            try await eventually { stand.starts(box).count == 2 }
            try await runtime.becomesReady(box)
            #expect(stand.processes(box) == [stand.starts(box)[1]])
        }
    }

    @Test func saysThatAnAdoptedAgentStoppedBeforeItsSpecificationIsKnown() async throws {
        try await StandInAgent.with { stand in
            let process = try await leaveBehind(stand)
            let runtime = try stand.runtime()
            try await runtime.cleanUp { [agent] }
            kill(process, SIGKILL)
            _ = try await runtime.state(of: box) { $0 == .stopped }
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            #expect(stand.processes(box).count == 1)
        }
    }

    @Test func replacesAnAgentThatRunsByAnOlderSpecification() async throws {
        try await StandInAgent.with { stand in
            _ = try await leaveBehind(stand)
            let runtime = try stand.runtime()
            try await runtime.cleanUp { [agent] }
            try await runtime.apply(try Sample.specification(Sample.box(name: "Bea", restartMarker: 1)))
            try await runtime.becomesReady(box)
            #expect(stand.starts(box).count == 2)
            #expect(stand.processes(box) == [stand.starts(box)[1]])
        }
    }

    @Test func stopsAnAgentThatIsNotToBeKept() async throws {
        try await StandInAgent.with { stand in
            _ = try await leaveBehind(stand)
            let runtime = try stand.runtime()
            try await runtime.cleanUp { [] }
            #expect(stand.processes(box).isEmpty)
            #expect(stand.directory(box).exists, "its data stays")
        }
    }

    @Test func oneAgentThatCannotBeStoppedDoesNotKeepTheOthersFromIt() async throws {
        try await StandInAgent.with { stand in
            let boxes = (1...3).map { Sample.box($0) }
            let earlier = try stand.runtime()
            for box in boxes {
                try await earlier.apply(try Sample.specification(box))
                try await earlier.becomesReady(box)
            }
            await earlier.abandonAll()
            // A lock that can't be opened.
            let lock = stand.directory(boxes[1]).lock
            try FileManager.default.removeItem(atPath: lock)
            try FileManager.default.createDirectory(atPath: lock, withIntermediateDirectories: false)

            try await stand.runtime().cleanUp { [] }
            #expect(boxes.map { stand.processes($0).count } == [0, 1, 0])
        }
    }

    @Test func neverRunsASecondProcessBesideOneThatWasNotRecorded() async throws {
        try await StandInAgent.with { stand in
            let process = try await leaveBehind(stand)
            // Killed after starting the process and before writing it down.
            var record = try #require(stand.directory(box).record())
            record.process = nil
            try stand.directory(box).write(record)

            let runtime = try stand.runtime()
            try await runtime.cleanUp { [agent] }
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            #expect(stand.starts(box).count == 2)
            #expect(stand.processes(box) == [stand.starts(box)[1]])
            #expect(ProcessIdentity(number: process) == nil)
        }
    }

    @Test func neverRunsTwoProcessesWheneverThePlatformIsKilled() async throws {
        try await StandInAgent.with { stand in
            for delay in stride(from: 0, to: 120, by: 8) {
                let runtime = try stand.runtime()
                try await runtime.apply(try Sample.specification(Sample.box(restartMarker: Int64(delay / 16))))
                try await Task.sleep(for: .milliseconds(delay))
                await runtime.abandonAll()
                #expect(stand.processes(box).count <= 1)
            }
            let runtime = try stand.runtime()
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            #expect(stand.processes(box).count == 1)
        }
    }

    @Test func waitsForAProcessThatIsOnlyJustForked() async throws {
        try await StandInAgent.with { stand in
            try stand.directory(box).create()
            var fork = try AgentLock(path: stand.directory(box).lock)
            #expect(fork != nil)
            let runtime = try stand.runtime()
            async let applied: Void = runtime.apply(try Sample.specification(box))
            try await Task.sleep(for: .milliseconds(300))
            #expect(stand.starts(box).isEmpty)
            fork = nil
            try await applied
            try await runtime.becomesReady(box)
            #expect(stand.starts(box).count == 1)
        }
    }

    @Test func takesNoStrangerForTheAgent() async throws {
        try await StandInAgent.with { stand in
            let process = try await leaveBehind(stand)
            kill(process, SIGKILL)
            try await eventually { stand.processes(box).isEmpty }
            // The number now belongs to somebody else: this very process.
            var record = try #require(stand.directory(box).record())
            record.process = ProcessIdentity(number: getpid())
            try stand.directory(box).write(record)

            let runtime = try stand.runtime()
            try await runtime.cleanUp { [] }
            #expect(try await runtime.observe(agent).state == .stopped)
        }
    }

    @Test func stopsAnAgentOfWhichNoRecordIsLeft() async throws {
        try await StandInAgent.with { stand in
            _ = try await leaveBehind(stand)
            try FileManager.default.removeItem(atPath: stand.directory(box).path + "/agent.json")
            try await stand.runtime().cleanUp { [agent] }
            #expect(stand.processes(box).isEmpty)
        }
    }
}
