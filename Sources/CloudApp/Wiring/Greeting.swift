import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// What `serve` tells the person who started it, once the site can be opened.
struct Greeting: Sendable {
    let configuration: CloudConfiguration

    var text: String {
        var lines = ["", "  openclaw-cloud is running: open \(configuration.publicURL)", ""]
        let parts = configuration.sandboxedParts
        if !parts.isEmpty {
            lines.append("  Played by the sandbox: \(parts.joined(separator: ", ")). No money moves.")
            lines.append(
                "  The phone is at \(configuration.sandboxURL)/phone, the mails at \(configuration.sandboxURL)/outbox")
        }
        if let path = configuration.cluster.kubeConfig {
            lines.append("  Agents run in the cluster that KUBECONFIG leads to (\(path)).")
        } else if let program = try? AgentProgram(configuration) {
            lines.append("  Agents are \(program.description).")
        }
        lines.append("  Data in \(configuration.dataDirectory); Ctrl-C ends it.")
        return lines.joined(separator: "\n") + "\n\n"
    }

    /// Writes it to standard output in one piece; `print` would keep it back when that is a file.
    func show() {
        let bytes = Array(text.utf8)
        _ = write(STDOUT_FILENO, bytes, bytes.count)
    }
}
