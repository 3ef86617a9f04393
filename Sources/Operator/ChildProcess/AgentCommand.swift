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

    /// The real OpenClaw if it is installed, else the stand-in.
    /// - Parameters:
    ///   - name: of the program, or a path to it.
    ///   - searchPath: as in `PATH`.
    package static func openClaw(named name: String = "openclaw", searchPath: String, orElse standIn: AgentCommand)
        -> AgentCommand
    {
        let candidates = name.contains("/") ? [name] : searchPath.split(separator: ":").map { "\($0)/\(name)" }
        guard let path = candidates.first(where: { $0.hasPrefix("/") && FileManager.default.isExecutableFile(atPath: $0) })
        else { return standIn }
        return AgentCommand(executable: path, arguments: ["gateway", "--bind", "loopback"])
    }
}
