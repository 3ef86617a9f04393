/// What OpenClaw's `config validate --json` says of the configuration in place (https://docs.openclaw.ai/cli/config).
package struct AgentVerdict: Sendable, Encodable {
    package let valid: Bool
    private let issues: [Issue]?

    private struct Issue: Encodable {
        let path: String
        let message: String
    }

    /// - Parameter environment: `OPENCLAW_CONFIG_PATH`, and what the file refers to as `${NAME}`.
    package init(environment: [String: String]) {
        do throws(AgentRefusal) {
            _ = try AgentConfiguration(environment: environment)
            (valid, issues) = (true, nil)
        } catch {
            valid = false
            issues = error.faults.map { Issue(path: "<root>", message: $0) }
        }
    }

    /// As JSON.
    package var text: String {
        get throws { try JSONText.encode(self) }
    }
}
