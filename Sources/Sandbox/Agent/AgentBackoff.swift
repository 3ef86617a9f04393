import ServiceLifecycle

/// How long the agent waits before it tries again.
struct AgentBackoff: Sendable {
    var first = Duration.milliseconds(500)
    var longest = Duration.seconds(15)
    /// After this long a question to the model is given up.
    var patience = Duration.seconds(90)

    /// - Parameters:
    ///   - attempt: 0 before the first retry.
    ///   - least: what the other side asks for.
    func wait(attempt: Int, atLeast least: Duration = .zero) -> Duration {
        max(min(first * (1 << min(attempt, 10)), longest), least)
    }

    /// - Throws: `CancellationError` when the agent is told to end meanwhile.
    func sleep(attempt: Int, atLeast least: Duration = .zero) async throws {
        let wait = wait(attempt: attempt, atLeast: least)
        try await untilShutdown { try await Task.sleep(for: wait) }
    }
}

/// Runs `body`, and cancels it when the agent is told to end.
/// - Throws: what `body` throws; `CancellationError` when it was cancelled.
func untilShutdown<Result: Sendable>(_ body: @Sendable @escaping () async throws -> Result) async throws -> Result {
    try await cancelWhenGracefulShutdown(body)
}
