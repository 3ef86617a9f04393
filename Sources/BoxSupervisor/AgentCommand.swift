import FoundationEssentials

/// The program that an agent runs as, with OpenClaw's commands.
package struct AgentCommand: Sendable, Hashable {
    /// An absolute path, or a name to be looked for in the agent's `PATH`.
    package let executable: String
    /// What stands before OpenClaw's own arguments.
    package let prefix: [String]

    /// The exit code of a program that refuses its configuration (sysexits.h, `EX_CONFIG`). Starting it again with the same
    /// file is no use (https://docs.openclaw.ai/gateway/embedding).
    package static let refusedExitCode: Int32 = 78

    package init(executable: String, prefix: [String] = []) {
        self.executable = executable
        self.prefix = prefix
    }

    /// - Parameter searchPath: as in `PATH`.
    /// - Returns: `nil` if OpenClaw isn't installed.
    package init?(searchPath: String) {
        let found = searchPath.split(separator: ":").map { "\($0)/openclaw" }
            .first { $0.hasPrefix("/") && FileManager.default.isExecutableFile(atPath: $0) }
        guard let found else { return nil }
        self.init(executable: found)
    }

    /// Runs the agent on a port of the loopback address.
    func gateway(port: Int) -> [String] { prefix + ["gateway", "--bind", "loopback", "--port", String(port)] }

    /// Has the gateway whose port `OPENCLAW_GATEWAY_PORT` says take one turn, in a session that nobody else uses
    /// (https://docs.openclaw.ai/cli/agent).
    var turn: [String] {
        prefix + ["agent", "--agent", "main", "--session-key", "agent:main:warm-up", "--message", "Hello.", "--json"]
    }

    /// Says whether the file that `OPENCLAW_CONFIG_PATH` names would be accepted (https://docs.openclaw.ai/cli/config).
    var validation: [String] { prefix + ["config", "validate", "--json"] }
}
