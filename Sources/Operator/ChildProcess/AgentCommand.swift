import FoundationEssentials

/// The program that an agent runs as. It is given `--port <port>` behind these arguments.
package struct AgentCommand: Sendable, Hashable {
    /// An absolute path.
    package let executable: String
    package let arguments: [String]

    package init(executable: String, arguments: [String]) {
        self.executable = executable
        self.arguments = arguments
    }

    /// - Parameter executable: an absolute path.
    package static func openClaw(at executable: String) -> AgentCommand {
        AgentCommand(executable: executable, arguments: ["gateway", "--bind", "loopback"])
    }

    /// - Parameter searchPath: as in `PATH`.
    /// - Returns: `nil` if OpenClaw isn't installed.
    package static func openClaw(searchPath: String) -> AgentCommand? {
        searchPath.split(separator: ":").map { "\($0)/openclaw" }
            .first { $0.hasPrefix("/") && FileManager.default.isExecutableFile(atPath: $0) }
            .map(openClaw(at:))
    }
}
