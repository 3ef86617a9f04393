import Core
import FoundationEssentials
import Logging
import ServiceLifecycle
import Testing

@testable import BoxSupervisor
@testable import Operator

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

@Suite(.timeLimit(.minutes(1)))
struct ChildProcessRuntimeTests {
    private let box = Sample.box()

    @Test func startsAnAgentAndReportsItReady() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime()
            #expect(try await runtime.observe(AgentReference(box)).state == .absent)
            let specification = try Sample.specification(box)
            try await runtime.apply(specification)
            try await runtime.becomesReady(box)

            let observed = try await runtime.observe(AgentReference(box))
            #expect(observed.specificationHash == specification.hash)
            #expect(try await runtime.proxyTokenHash(of: AgentReference(box)) == specification.proxyToken.hash)
            let process = try #require(stand.processes(box).first)
            #expect(stand.processes(box).count == 1)
            #expect(getsid(process) == process, "it leads a session of its own")
        }
    }

    @Test func keepsItsFilesToItself() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime()
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            let path = stand.directory(box).path
            func mode(_ file: String) throws -> Int {
                let attributes = try FileManager.default.attributesOfItem(atPath: path + file)
                return try #require(attributes[.posixPermissions] as? Int)
            }
            #expect(try mode("") == 0o700)
            #expect(try mode("/home") == 0o700)
            let token = "/" + URL(filePath: stand.directory(box).place.botTokenFile(Sample.botTokenHash)).lastPathComponent
            for file in [token, "/secrets.json", "/agent.json", "/agent.log", "/home/.openclaw/openclaw.json"] {
                #expect(try mode(file) == 0o600, "\(file)")
            }
        }
    }

    @Test func givesTheAgentNothingOfThePlatforms() async throws {
        setenv("STRIPE_SECRET_KEY", "sk_test_platform", 1)
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime()
            let specification = try Sample.specification(box)
            try await runtime.apply(specification)
            try await runtime.becomesReady(box)

            let surroundings = try stand.surroundings(box)
            let place = stand.directory(box).place
            var names = Set(specification.environment(at: place).keys)
            names.formUnion(["PATH", "OPENCLAW_PROXY_TOKEN", "OPENCLAW_GATEWAY_TOKEN"])
            // Python and macOS add these by themselves.
            let own: Set = ["LC_CTYPE", "__CF_USER_TEXT_ENCODING"]
            #expect(Set(surroundings.environment.keys).subtracting(own) == names)
            #expect(surroundings.environment["HOME"] == place.home)
            #expect(surroundings.environment["OPENCLAW_PROXY_TOKEN"] == "ocp_proxy-token")
            #expect(surroundings.descriptors == [0, 1, 2])
        }
    }

    @Test func leavesAnUnchangedAgentAlone() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime()
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            try await runtime.apply(try Sample.specification(box))
            #expect(try await runtime.observe(AgentReference(box)).state == .ready)
            #expect(stand.starts(box).count == 1)
        }
    }

    @Test func restartsAnAgentThatCannotTakeAChangeOver() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime()
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            let port = stand.directory(box).record()?.port

            let changed = try Sample.specification(Sample.box(purpose: "Teach me to sail.", restartMarker: 1))
            try await runtime.apply(changed)
            try await runtime.becomesReady(box)
            #expect(stand.starts(box).count == 2)
            #expect(stand.processes(box) == [stand.starts(box)[1]])
            #expect(stand.directory(box).record()?.port == port, "the port is free again and kept")
            let user = FileManager.default.contents(atPath: stand.directory(box).home + "/.openclaw/workspace/USER.md")
            #expect(user == changed.workspace["USER.md"].map { Data($0.utf8) })
        }
    }

    @Test func supervisesOneProcessWhenCallsOverlap() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime()
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)

            async let first: Void = runtime.apply(try Sample.specification(Sample.box(name: "Bea", restartMarker: 1)))
            async let second: Void = runtime.apply(try Sample.specification(Sample.box(name: "Cleo", restartMarker: 2)))
            _ = try await (first, second)
            try await runtime.becomesReady(box)
            #expect(stand.processes(box).count == 1)

            try await runtime.suspend(AgentReference(box))
            let starts = stand.starts(box)
            // Long enough for a forgotten supervision to start the agent again.
            try await Task.sleep(for: .milliseconds(500))
            #expect(stand.starts(box) == starts)
            #expect(stand.processes(box).isEmpty)
        }
    }

    @Test func suspendKeepsTheDataAndDeleteRemovesIt() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime()
            let agent = AgentReference(box)
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            try Data("dear diary".utf8).write(to: URL(filePath: stand.directory(box).home + "/diary"))

            try await runtime.suspend(agent)
            #expect(try await runtime.observe(agent).state == .stopped)
            #expect(stand.processes(box).isEmpty)
            #expect(FileManager.default.fileExists(atPath: stand.directory(box).home + "/diary"))

            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            #expect(FileManager.default.fileExists(atPath: stand.directory(box).home + "/diary"))

            try await runtime.delete(agent)
            try await runtime.delete(agent)
            #expect(try await runtime.observe(agent) == AgentObservation(state: .absent))
            #expect(stand.processes(box).isEmpty)
            #expect(!stand.directory(box).exists)
        }
    }

    @Test func endsByForceWhatIgnoresRequests() async throws {
        var timing = AgentTiming.quick
        timing.stopGrace = .milliseconds(200)
        try await StandInAgent.with(timing: timing) { stand in
            let runtime = try stand.runtime(.stubborn)
            try await runtime.apply(try Sample.specification(box))
            try await runtime.becomesReady(box)
            try await runtime.suspend(AgentReference(box))
            #expect(stand.processes(box).isEmpty)
        }
    }

    @Test func stopsItsAgentsWhenThePlatformShutsDown() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime()
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let group = ServiceGroup(services: [runtime], logger: logger)
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                try await runtime.apply(try Sample.specification(box))
                try await runtime.becomesReady(box)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(stand.processes(box).isEmpty)
            await #expect(throws: DomainError.self) { try await runtime.apply(try Sample.specification(box)) }
        }
    }

    @Test func thePlatformsEndLeavesAnAgentThatIsNotDone() async throws {
        var timing = AgentTiming.quick
        timing.closeGrace = .milliseconds(100)
        try await StandInAgent.with(timing: timing) { stand in
            let runtime = try stand.runtime(.stubborn)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let group = ServiceGroup(services: [runtime], logger: logger)
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { try await group.run() }
                try await runtime.apply(try Sample.specification(box))
                try await runtime.becomesReady(box)
                let before = stand.processes(box)
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
                #expect(before.count == 1)
                #expect(stand.processes(box) == before)
            }
        }
    }

    @Test func refusesToStartAnAgentWithATokenItDoesNotHold() async throws {
        try await StandInAgent.with { stand in
            let runtime = try stand.runtime()
            let specification = AgentSpecification(
                box, bot: Sample.bot, plan: PlanTable.builtIn[.starter], botToken: Sample.botToken,
                proxyToken: .init(hash: "unknown", secret: nil), settings: Sample.settings)
            await #expect(throws: DomainError.self) { try await runtime.apply(specification) }
            #expect(stand.processes(box).isEmpty)
        }
    }

    @Test func findsTheInstalledOpenClaw() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "bin-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = "/nowhere:\(folder.path)"
        #expect(AgentCommand(searchPath: path) == nil)

        let program = folder.appending(path: "openclaw").path
        try Data().write(to: URL(filePath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        let found = AgentCommand(searchPath: path)
        #expect(found == AgentCommand(executable: program))
    }
}
