package import AsyncHTTPClient
package import Logging

/// What OpenClaw's `agent` command does (https://docs.openclaw.ai/cli/agent), for the stand-in: one turn that nobody's chat knows
/// of. It needs no gateway, as the model is asked from here.
package struct AgentTurn: Sendable {
    /// The model gave no answer.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private let model: AgentModel

    /// - Parameter environment: as the gateway's.
    /// - Throws: ``AgentRefusal`` with all faults of the configuration.
    package init(environment: [String: String], httpClient: HTTPClient, logger: Logger) throws(AgentRefusal) {
        let configuration = try AgentConfiguration(environment: environment)
        model = AgentModel(
            httpClient: httpClient, settings: configuration.model,
            workspace: configuration.workspace, backoff: AgentBackoff(), logger: logger)
    }

    /// - Returns: the model's answer.
    /// - Throws: ``Failure``; `CancellationError`.
    package func answer(to message: String) async throws -> String {
        switch try await model.answer(to: message, after: [], texts: AgentTexts(nil)) {
        case .said(let words): return words
        case .excused(let words): throw Failure(description: words)
        }
    }
}
