import Core

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension AgentDirectory {
    /// Makes sure that nothing of the agent runs: asks what does to end, and ends it by force when it doesn't.
    ///
    /// Both signs are needed. The lock says for certain whether a process exists, also one that was only just forked when the
    /// platform was killed and whose environment isn't its own yet; the environment says which processes those are.
    /// - Parameters:
    ///   - grace: between SIGTERM and SIGKILL.
    ///   - byForce: whether SIGKILL follows at all.
    /// - Returns: the right to start the agent.
    /// - Throws: `DomainError` with the code `agent_not_stoppable`; `CancellationError`; an `Errno`.
    @discardableResult
    package func takeLock(grace: Duration, byForce: Bool = true) async throws -> AgentLock {
        let start = ContinuousClock.now
        var asked: Set<Int32> = []
        var backoff = Backoff(from: .milliseconds(10), to: .milliseconds(100))
        while true {
            let processes: [Int32]
            do {
                let held = try AgentLock(path: lock)
                processes = ProcessTable.processes(withEnvironment: environmentMark)
                if let held, processes.isEmpty { return held }
            }
            let elapsed = ContinuousClock.now - start
            for process in processes {
                if elapsed >= grace, byForce {
                    _ = kill(process, SIGKILL)
                } else if asked.insert(process).inserted {
                    _ = kill(process, SIGTERM)
                }
            }
            guard elapsed < grace + (byForce ? .seconds(10) : .zero) else {
                throw DomainError(.unavailable, code: "agent_not_stoppable", "Your agent can't be stopped at the moment.")
            }
            try await Task.sleep(for: backoff.next())
        }
    }
}
