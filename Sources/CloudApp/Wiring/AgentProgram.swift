import BoxSupervisor
import FoundationEssentials

/// The program that agents run as, where they are child processes.
enum AgentProgram {
    case openClaw(AgentCommand)
    /// Plays OpenClaw where there is none.
    case standIn(AgentCommand)

    /// What agents' `PATH` is.
    static let searchPath = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"

    /// - Throws: ``DomainError`` if this program can't find itself.
    init(_ configuration: CloudConfiguration) throws {
        if let found = configuration.agentExecutable.map({ AgentCommand(executable: $0) })
            ?? AgentCommand(searchPath: Self.searchPath)
        {
            self = .openClaw(found)
        } else {
            self = .standIn(AgentCommand(executable: try OwnExecutable.path(), prefix: ["sandbox-agent"]))
        }
    }

    var command: AgentCommand {
        switch self {
        case .openClaw(let command), .standIn(let command): command
        }
    }

    /// Shown to the person who started the platform.
    var description: String {
        switch self {
        case .openClaw(let command): "OpenClaw at \(command.executable)"
        case .standIn: "a stand-in for OpenClaw: no openclaw in PATH, and AGENT_EXECUTABLE isn't set"
        }
    }
}
