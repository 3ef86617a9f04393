import AsyncHTTPClient
import BoxSupervisor
import Configuration
import Core
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// A whole platform of the demo's own: every part played by the sandbox, free ports, a data directory that goes away.
struct DemoPlatform {
    let site: String
    let sandbox: String
    private let directory: String
    private let configuration: CloudConfiguration

    /// - Throws: `CloudConfiguration.Invalid`; an `IOError` if no port is free.
    init() async throws {
        let ports = try await Self.freePorts(5)
        directory = FileManager.default.temporaryDirectory.appending(path: "openclaw-cloud-demo-\(UUID().uuidString)").path()
        var variables = [
            Setting.dataDirectory.rawValue: directory,
            Setting.webPort.rawValue: "\(ports[0])",
            Setting.tokenProxyPort.rawValue: "\(ports[1])",
            Setting.sandboxPort.rawValue: "\(ports[2])",
            Setting.sandboxSMTPPort.rawValue: "\(ports[3])",
            Setting.agentToolsPort.rawValue: "\(ports[4])",
            Setting.logLevel.rawValue: "error",
        ]
        let agent = Setting.agentExecutable.rawValue
        variables[agent] = ProcessInfo.processInfo.environment[agent]
        configuration = try CloudConfiguration(
            ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: variables)))
        site = configuration.publicURL
        sandbox = configuration.sandboxURL
    }

    /// The program that its agents run as.
    var agentProgram: AgentProgram {
        get throws { try AgentProgram(configuration) }
    }

    /// Runs `body` beside the platform, and then ends the platform.
    /// - Throws: whatever `body` or the platform throws.
    func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var logger = Logger(label: "openclaw-cloud")
        logger.logLevel = configuration.logLevel
        let platform = try await Platform.open(configuration, sharing: .exclusive, logger: logger)
        let composition = try Composition(platform, roles: Set(Role.allCases), isAlone: true)
        let group = ServiceGroup(configuration: .init(services: try await composition.services(), logger: logger))
        let result = await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                try await waitUntilReady()
                try await body()
            }
            // Whichever ends first decides: the journey, or a platform that could not start.
            let first = await tasks.nextResult()
            await group.triggerGracefulShutdown()
            _ = await tasks.nextResult()
            return first
        }
        await platform.close()
        try result?.get()
    }

    private func waitUntilReady() async throws {
        for _ in 0..<600 {
            let answer = try? await HTTPClient.shared.execute(HTTPClientRequest(url: site + "/readyz"), timeout: .seconds(2))
            if answer?.status == .ok { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Journey.Stuck(description: "the platform did not become ready within 30 s")
    }

    private static func freePorts(_ count: Int) async throws -> [Int] {
        var channels: [any Channel] = []
        for _ in 0..<count {
            channels.append(try await ServerBootstrap.portProbe.bind(host: "127.0.0.1", port: 0).get())
        }
        let ports = channels.compactMap { $0.localAddress?.port }
        for channel in channels { try await channel.close() }
        return ports
    }
}
