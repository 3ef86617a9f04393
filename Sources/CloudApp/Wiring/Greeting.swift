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
            let money = parts.contains(.stripe) ? " No money moves." : " Payments are real."
            lines.append("  Played by the sandbox: \(parts.map(\.name).joined(separator: ", ")).\(money)")
            let places = [
                parts.contains(.telegram) ? "the phone is at \(configuration.sandboxURL)/phone" : nil,
                parts.contains(.mail) ? "the mails are at \(configuration.sandboxURL)/outbox" : nil,
            ].compactMap { $0 }
            if !places.isEmpty { lines.append("  For you: \(places.joined(separator: ", ")).") }
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
