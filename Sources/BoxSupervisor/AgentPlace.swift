/// Where an agent lives: what differs between a container and a child process.
package struct AgentPlace: Sendable, Hashable {
    /// `HOME`, an absolute path. Everything below it outlives a restart.
    package let home: String
    /// The supervisor's own folder, an absolute path outside of the agent's home and of its backups.
    private let supervisor: String

    package init(home: String, supervisor: String) {
        self.home = home
        self.supervisor = supervisor
    }

    /// Inside OpenClaw's container image.
    package static let container = AgentPlace(home: "/home/node", supervisor: BoxFolders.state)

    /// The gateway's port in its configuration; one that its command line names goes before it.
    package static let port = 18789

    /// Folders of the workspace from which OpenClaw would load code or instructions. The agent must not write there.
    package static let codeFolders = [".openclaw/extensions", "skills", "hooks"]

    /// `OPENCLAW_STATE_DIR`
    package var stateDirectory: String { home + "/.openclaw" }
    /// `OPENCLAW_CONFIG_PATH`
    package var configuration: String { stateDirectory + "/openclaw.json" }
    /// `NODE_COMPILE_CACHE`: kept, but no part of the state.
    package var compileCache: String { home + "/.cache/node" }
    /// `OPENCLAW_WORKSPACE_DIR`
    package var workspace: String { stateDirectory + "/workspace" }

    /// What the name of each file begins with that has a bot's token.
    static let botTokenPrefix = "bot-token-"

    /// `channels.telegram.tokenFile`, a file of its own for each token: another one comes into force by its name.
    /// - Parameter hash: SHA-256 of the token, in lowercase hex.
    package func botTokenFile(_ hash: String) -> String { "\(supervisor)/\(Self.botTokenPrefix)\(hash.prefix(16))" }
}
