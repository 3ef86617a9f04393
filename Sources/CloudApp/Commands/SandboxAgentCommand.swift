import ArgumentParser
import AsyncHTTPClient
import FoundationEssentials
import Logging
import Sandbox
import ServiceLifecycle
import SystemPackage
import UnixSignals

/// `openclaw-cloud sandbox-agent`
struct SandboxAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox-agent", abstract: "Stands in for the OpenClaw program, as a box's own process.",
        discussion: "It takes the parts of OpenClaw's commands and environment that this platform uses.",
        subcommands: [GatewayCommand.self, TurnCommand.self, BackupCommand.self, ConfigCommand.self])

    /// `openclaw-cloud sandbox-agent gateway`
    struct GatewayCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gateway", abstract: "Runs the stand-in for the OpenClaw gateway.",
            discussion: "It reads the openclaw.json that OPENCLAW_CONFIG_PATH names, as the real gateway does.")

        @Option(help: "What the gateway listens on, as OpenClaw calls it; the one in openclaw.json counts.")
        var bind: String?

        @Option(help: "The port of the gateway, in place of the one in openclaw.json.")
        var port: Int?

        func run() async throws {
            LoggingSystem.bootstrapForStandardError()
            var environment = ProcessInfo.processInfo.environment
            if let port { environment["OPENCLAW_GATEWAY_PORT"] = "\(port)" }
            let logger = Logger(label: "sandbox-agent")
            let agent: SandboxAgent
            do throws(AgentRefusal) {
                agent = try SandboxAgent(environment: environment, httpClient: .shared, logger: logger)
            } catch {
                _ = try? FileDescriptor.standardError.writeAll("\(error)\n".utf8)
                throw ExitCode(AgentRefusal.exitCode)
            }
            try await ServiceGroup(
                configuration: .init(services: [agent], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            ).run()
        }
    }

    /// `openclaw-cloud sandbox-agent agent`
    struct TurnCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "agent", abstract: "Takes one turn that nobody's chat knows of.")

        @Option(help: "The agent's id; there is one.")
        var agent = "main"

        @Option(help: "The session; it is kept nowhere.")
        var sessionKey: String

        @Option(help: "What the agent is told.")
        var message: String

        @Flag(help: "Print the answer as JSON.")
        var json = false

        func run() async throws {
            LoggingSystem.bootstrapForStandardError()
            let turn = try AgentTurn(
                environment: ProcessInfo.processInfo.environment, httpClient: .shared, logger: Logger(label: "sandbox-agent")
            )
            let answer = try await turn.answer(to: message)
            print(json ? String(decoding: try JSONEncoder().encode(["answer": answer]), as: UTF8.self) : answer)
        }
    }

    /// `openclaw-cloud sandbox-agent config`
    struct ConfigCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "config", abstract: "Looks at the agent's configuration.", subcommands: [ValidateCommand.self])

        /// `openclaw-cloud sandbox-agent config validate`
        struct ValidateCommand: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "validate", abstract: "Says if the configuration would be taken.")

            @Flag(help: "Say it as JSON.")
            var json = false

            func run() async throws {
                let verdict = AgentVerdict(environment: ProcessInfo.processInfo.environment)
                print(json ? try verdict.text : verdict.valid ? "The configuration is valid." : "It is invalid.")
                if !verdict.valid { throw ExitCode(1) }
            }
        }
    }

    /// `openclaw-cloud sandbox-agent backup`
    struct BackupCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backup", abstract: "Saves the agent's state into an archive, and unpacks one.",
            subcommands: [CreateCommand.self, RestoreCommand.self])

        private static var archive: AgentArchive { AgentArchive(environment: ProcessInfo.processInfo.environment) }

        /// `openclaw-cloud sandbox-agent backup create`
        struct CreateCommand: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "create", abstract: "Writes an archive of the state.")

            @Option(help: "The archive's path.")
            var output: String

            @Flag(help: "Read the archive through when it is written.")
            var verify = false

            func run() async throws {
                try await archive.create(at: output, now: .now)
                if verify { try await archive.verify(output) }
                print("Created \(output)")
            }
        }

        /// `openclaw-cloud sandbox-agent backup restore`
        struct RestoreCommand: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "restore", abstract: "Unpacks an archive into a folder of its own.")

            @Argument(help: "The archive's path.")
            var archivePath: String

            @Option(help: "The folder; it must be empty or not be there.")
            var target: String

            func run() async throws {
                try await archive.restore(archivePath, into: target)
                print("Restored into \(target)")
            }
        }
    }
}
