import ArgumentParser
import BoxSupervisor
import FoundationEssentials
import Logging
import ServiceLifecycle
import UnixSignals

/// `openclaw-cloud box`
struct BoxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "box", abstract: "Looks after an agent, as the first process of its pod.",
        discussion: """
            The operator runs it. It takes the box' settings from the folders where the box' ConfigMap and Secret are mounted, \
            and follows them; it starts, watches, restarts and wakes the agent's program. How the agent is can be asked for on \
            its port: /healthz, /readyz, /status and /metrics.
            """,
        subcommands: [RunCommand.self, InstallCommand.self], defaultSubcommand: RunCommand.self)

    /// `openclaw-cloud box run`
    struct RunCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run", abstract: "Runs the agent until it is told to end.")

        @Option(help: "Where the box' ConfigMap is mounted.")
        var settings = BoxFolders.settings

        @Option(help: "Where the box' Secret is mounted.")
        var secrets = BoxFolders.secrets

        @Option(help: "The supervisor's own folder, for its record and the agent's log.")
        var state = BoxFolders.state

        @Option(help: "The agent's home.")
        var home = AgentPlace.container.home

        @Option(help: "The agent's program, with OpenClaw's commands.")
        var program = "openclaw"

        @Option(help: "The port to be asked on.")
        var port = BoxFolders.port

        func run() async throws {
            LoggingSystem.bootstrapForStandardError()
            let logger = Logger(label: "box")
            var timing = AgentTiming()
            // It lies in memory.
            timing.logLimit = 1_000_000
            let service = BoxService(
                mounted: MountedSettings(settings: settings, secrets: secrets),
                directory: AgentDirectory(path: state, home: home), command: AgentCommand(executable: program),
                searchPath: ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", port: port,
                timing: timing, logger: logger)
            try await ServiceGroup(
                configuration: .init(services: [service], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            ).run()
        }
    }

    /// `openclaw-cloud box install`
    struct InstallCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install", abstract: "Copies this program to where another container finds it.",
            discussion: "With it go the libraries that it is linked with, so that the other image needs none of them.")

        @Argument(help: "The folder, which must be at the same path in both containers.")
        var folder = BoxFolders.program

        func run() async throws {
            try OwnProgram.install(in: folder)
        }
    }
}
