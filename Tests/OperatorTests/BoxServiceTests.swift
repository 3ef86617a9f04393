import AsyncHTTPClient
import Core
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Store
import TestSupport
import Testing

@testable import BoxSupervisor
@testable import Operator

/// `openclaw-cloud box`, as in a pod: settings in folders, and its own port.
@Suite(.timeLimit(.minutes(1)))
struct BoxServiceTests {
    private let box = Sample.box()

    /// A pod's folders and what runs in it.
    private struct Pod {
        let stand: StandInAgent
        let port: Int
        var directory: AgentDirectory { AgentDirectory(path: stand.folder + "/state", home: stand.folder + "/home") }

        /// Writes what the operator would put into the ConfigMap and the Secret.
        func mount(_ specification: AgentSpecification) throws {
            let secrets = [
                SecretName.proxyToken: "ocp_proxy-token", SecretName.gatewayToken: "gateway-token",
                SecretName.botToken: "77:AAAA-bot-token",
            ]
            let settings = specification.boxSettings(at: directory.place, secrets: secrets.mapValues { Secret($0) })
            var files = settings.workspace
            files[BoxFolders.configuration] = settings.configuration
            files[BoxFolders.manifest] = BoxManifest(settings).text
            try write(files, to: "settings")
            try write(secrets.merging([BoxFolders.mark: settings.hash]) { $1 }, to: "secrets")
        }

        private func write(_ files: [String: String], to folder: String) throws {
            let path = "\(stand.folder)/\(folder)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"), options: .atomic) }
        }

        func report() async throws -> BoxReport {
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: "http://127.0.0.1:\(port)/status"), timeout: .seconds(5))
            let body = try await response.body.collect(upTo: 1 << 16)
            return try JSONDecoder().decode(ReportBoard.Posting.self, from: Data(body.readableBytesView)).report
        }

        func get(_ path: String, at host: String = "127.0.0.1") async throws -> (status: Int, text: String) {
            let response = try await HTTPClient.shared.execute(
                HTTPClientRequest(url: "http://\(host):\(port)\(path)"), timeout: .seconds(5))
            return (Int(response.status.code), String(buffer: try await response.body.collect(upTo: 1 << 16)))
        }

        var processes: [Int32] { ProcessTable.processes(withEnvironment: directory.environmentMark) }

        func starts() -> Int {
            let data = FileManager.default.contents(atPath: directory.home + "/starts") ?? Data()
            return String(decoding: data, as: UTF8.self).split(separator: "\n").count
        }
    }

    private func withPod(
        _ behaviour: StandInAgent.Behaviour = .normal, host: String? = "127.0.0.1", _ body: (Pod) async throws -> Void
    ) async throws {
        try await StandInAgent.with { stand in
            let pod = Pod(stand: stand, port: try await LoopbackPort.free(preferring: 0))
            try pod.mount(try Sample.specification(box))
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let service = BoxService(
                mounted: MountedSettings(settings: stand.folder + "/settings", secrets: stand.folder + "/secrets"),
                directory: pod.directory, command: stand.command(behaviour), searchPath: "/usr/bin:/bin", host: host,
                port: pod.port, timing: .quick, logger: logger)
            let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
            async let running: Void = group.run()
            do {
                try await eventually { (try? await pod.get("/healthz"))?.status == 200 }
                try await body(pod)
            } catch {
                Issue.record(error)
            }
            await group.triggerGracefulShutdown()
            try await running
            #expect(pod.processes.isEmpty, "it ends what it has started")
        }
    }

    @Test func startsTheAgentAndTellsHowItIs() async throws {
        try await withPod { pod in
            try await eventually { try await pod.report().state == .ready }
            #expect(try await pod.get("/readyz").status == 200)
            let report = try await pod.report()
            let wanted = try Sample.specification(box)
            #expect(report.settings == wanted.hash)
            #expect(try await pod.get("/metrics").text.contains(#"box_state{state="ready"} 1"#))
            #expect(try await pod.get("/elsewhere").status == 404)
            #expect(pod.processes.count == 1)
        }
    }

    @Test func isReachedByIPv4AndWhereThereIsOneByIPv6() async throws {
        try await withPod(host: nil) { pod in
            #expect(try await pod.get("/healthz").status == 200)
            guard try await hasIPv6() else { return }
            #expect(try await pod.get("/healthz", at: "[::1]").status == 200)
        }
    }

    private func hasIPv6() async throws -> Bool {
        do {
            let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .bind(host: "::1", port: 0).get()
            try await server.close()
            return true
        } catch is IOError {
            return false
        }
    }

    @Test func bringsInWhatIsMountedAnewWithoutARestart() async throws {
        try await withPod { pod in
            try await eventually { try await pod.report().state == .ready }
            let changed = try Sample.specification(Sample.box(name: "Bea"))
            try pod.mount(changed)
            try await eventually { try await pod.report().settings == changed.hash }
            let identity = FileManager.default.contents(atPath: pod.directory.place.workspace + "/IDENTITY.md")
            #expect(String(decoding: identity ?? Data(), as: UTF8.self).contains("Name: Bea"))
            #expect(pod.starts() == 1)
        }
    }

    @Test func takesNothingWhileTheTwoFoldersDoNotBelongTogether() async throws {
        try await withPod { pod in
            let mounted = MountedSettings(settings: pod.stand.folder + "/settings", secrets: pod.stand.folder + "/secrets")
            #expect(mounted.read() != nil)
            try Data("another".utf8).write(to: URL(filePath: "\(pod.stand.folder)/secrets/\(BoxFolders.mark)"))
            #expect(mounted.read() == nil)
        }
    }

    @Test func aRefusedConfigurationIsToldAndKeepsThePodAlive() async throws {
        try await withPod(.refuse) { pod in
            try await eventually { try await pod.report().state == .failed(.configurationRefused) }
            #expect(try await pod.report().words?.contains("Unrecognized key: memorySearch") == true)
            #expect(try await pod.get("/healthz").status == 200)
            #expect(try await pod.get("/readyz").status == 503)
            let starts = pod.starts()
            try await Task.sleep(for: .milliseconds(500))
            #expect(pod.starts() == starts && starts == 2)
        }
    }

    @Test func switchesTelegramOnAgain() async throws {
        try await withPod(.suppressed) { pod in
            try await eventually { try await pod.report().state == .ready }
            #expect(FileManager.default.fileExists(atPath: pod.directory.home + "/channel-started"))
        }
    }

    @Test func whoWaitsForNewsIsToldOfThem() async throws {
        let board = ReportBoard()
        await board.post(BoxReport())
        let before = await board.posting.revision
        async let later = board.posting(after: before, within: .seconds(30))
        var report = BoxReport()
        report.state = .ready
        await board.post(report)
        #expect(await later.report.state == .ready)
        // What a process takes of memory changes all the time.
        report.memory = 5
        await board.post(report)
        #expect(await board.posting.revision == before + 1)
    }
}
