import ArgumentParser
import AsyncHTTPClient
import FoundationEssentials
import Logging
import Sandbox
import ServiceLifecycle
import UnixSignals

/// `openclaw-cloud sandbox-agent`
struct SandboxAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox-agent", abstract: "Runs the stand-in for the OpenClaw gateway, as a box's own process.",
        discussion: "It reads the openclaw.json that OPENCLAW_CONFIG_PATH names, as the real gateway does.")

    @Argument(help: "What to run; there is only the gateway.")
    var what: Role

    @Option(help: "What the gateway listens on, as OpenClaw calls it; the one in openclaw.json counts.")
    var bind: String?

    @Option(help: "The port of the gateway, in place of the one in openclaw.json.")
    var port: Int?

    enum Role: String, ExpressibleByArgument, CaseIterable { case gateway }

    func run() async throws {
        LoggingSystem.bootstrapForStandardError()
        var environment = ProcessInfo.processInfo.environment
        if let port { environment["OPENCLAW_GATEWAY_PORT"] = "\(port)" }
        let logger = Logger(label: "sandbox-agent")
        let agent = try SandboxAgent(environment: environment, httpClient: .shared, logger: logger)
        try await ServiceGroup(
            configuration: .init(services: [agent], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
    }
}
