import FoundationEssentials

/// The files that tell the agent who it is and whom it serves.
struct AgentWorkspace: Sendable {
    private static let files = ["AGENTS.md", "SOUL.md", "IDENTITY.md", "USER.md", "MEMORY.md"]
    private static let longestFile = 20_000

    let directory: String

    /// All that are there, each under its name; read anew for every question, as their owner may change them.
    var systemPrompt: String {
        Self.files.compactMap { name in
            guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)") else { return nil }
            let text = String(decoding: data, as: UTF8.self).trimmed
            return text.isEmpty ? nil : "# \(name)\n\n\(text.prefix(Self.longestFile))"
        }.joined(separator: "\n\n")
    }
}
