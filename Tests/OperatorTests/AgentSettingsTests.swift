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

/// New settings of an agent that runs.
@Suite(.timeLimit(.minutes(1)))
struct AgentSettingsTests {
    private let box = Sample.box()
    private var agent: AgentReference { AgentReference(box) }
    private let other = AgentSettings(tokenProxyURL: "http://other.example/v1")
    private let refused = AgentSettings(tokenProxyURL: "http://refused.example/v1")

    private func withAgent(_ body: (StandInAgent, ChildProcessRuntime) async throws -> Void) async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime()
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            try await body(stand, runtime)
        }
    }

    private func configuration(_ stand: StandInAgent) -> (text: String, inode: UInt) {
        var status = stat()
        stat(stand.directory(box).place.configuration, &status)
        let data = FileManager.default.contents(atPath: stand.directory(box).place.configuration) ?? Data()
        return (String(decoding: data, as: UTF8.self), UInt(status.st_ino))
    }

    @Test func aNewNameReachesTheAgentWithoutAnotherProcess() async throws {
        try await withAgent { stand, runtime in
            let before = configuration(stand)
            let changed = try Sample.specification(Sample.box(name: "Bea"))
            try await runtime.apply(changed)
            #expect(try await runtime.observe(agent).specificationHash == changed.hash)
            #expect(try await runtime.observe(agent).state == .ready)
            let identity = FileManager.default.contents(atPath: stand.directory(box).place.workspace + "/IDENTITY.md")
            #expect(String(decoding: identity ?? Data(), as: UTF8.self).contains("Name: Bea"))
            #expect(stand.starts(box).count == 1)
            #expect(configuration(stand) == before, "which didn't change, so the program has nothing to reload")
        }
    }

    @Test func aNewConfigurationIsWrittenIntoTheFileThatTheProgramFollows() async throws {
        try await withAgent { stand, runtime in
            let before = configuration(stand)
            try await runtime.apply(try Sample.specification(settings: other))
            #expect(configuration(stand).text.contains("other.example"))
            #expect(configuration(stand).inode == before.inode)
            #expect(stand.starts(box).count == 1)
        }
    }

    @Test func aRefusedConfigurationLeavesTheGoodOneInForceAndIsTold() async throws {
        try await withAgent { stand, runtime in
            let (before, hash) = (configuration(stand), try await runtime.observe(agent).specificationHash)
            let bad = try Sample.specification(settings: refused)
            try await runtime.apply(bad)
            var observed = try await runtime.observe(agent)
            #expect(observed.state == .ready)
            #expect(observed.refusedHash == bad.hash)
            #expect(observed.specificationHash == hash)
            #expect(observed.words?.contains("refused.example isn't to be used") == true)
            #expect(configuration(stand) == before)

            try await runtime.apply(try Sample.specification(settings: other))
            observed = try await runtime.observe(agent)
            #expect(observed.refusedHash == nil)
            #expect(observed.words == nil)
            #expect(stand.starts(box).count == 1)
        }
    }

    @Test func aRefusedConfigurationDoesNotEvenStopAnAgentThatWouldNeedARestart() async throws {
        try await withAgent { stand, runtime in
            let bad = try Sample.specification(Sample.box(restartMarker: 1), settings: refused)
            try await runtime.apply(bad)
            #expect(try await runtime.observe(agent).refusedHash == bad.hash)
            #expect(stand.processes(box) == stand.starts(box))
        }
    }

    @Test func whatTheLastRunHasLeftRunningTakesChangesOverToo() async throws {
        try await withAgent { stand, runtime in
            await runtime.abandonAll()
            let next = try stand.runtime()
            try await next.cleanUp { [agent] }
            try await next.becomesReady(box)
            try await next.apply(try Sample.specification(Sample.box(name: "Bea")))
            #expect(stand.starts(box).count == 1)
        }
    }

    @Test func aProgramThatEndsInOrderIsStartedAgainAtOnce() async throws {
        var timing = AgentTiming.quick
        timing.firstBackoff = .seconds(30)
        try await StandInAgent.with(timing: timing) { stand in
            let runtime = try stand.runtime()
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            try Data().write(to: URL(filePath: stand.directory(box).home + "/leave"))
            try await eventually { stand.starts(box).count == 2 }
            try await runtime.becomesReady(box)
            #expect(await runtime.reports()[box.id]?.restarts == 0)
        }
    }
}
