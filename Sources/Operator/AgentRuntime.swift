package import Core

/// Where agents run: as child processes of this program, or on Kubernetes.
///
/// Every call states what should be so and may be repeated; none waits for the agent to become ready, which shows in
/// ``observe(_:)`` and is announced by ``changes()``. Calls about one agent must not overlap.
package protocol AgentRuntime: Sendable {
    /// Makes the agent run as specified. An agent that runs so already is left alone.
    /// - Throws: `DomainError`, in words for the owner.
    func apply(_ specification: AgentSpecification) async throws

    /// Stops the agent and keeps its data. Returns once nothing of it runs any more.
    /// - Throws: `DomainError`, in words for the owner.
    func suspend(_ agent: AgentReference) async throws

    /// Stops the agent and removes everything of it, its data too.
    /// - Throws: `DomainError`, in words for the owner.
    func delete(_ agent: AgentReference) async throws

    /// - Throws: `DomainError`, in words for the owner.
    func observe(_ agent: AgentReference) async throws -> AgentObservation

    /// - Returns: SHA-256 of the proxy token that the runtime holds for the agent, in lowercase hex.
    /// - Throws: `DomainError`, in words for the owner.
    func proxyTokenHash(of agent: AgentReference) async throws -> String?

    /// Stops the agent, and makes everything that it stands on, so that a state can be put in place before it first reads it.
    /// - Throws: `DomainError`, in words for the owner; where states can't be moved, too.
    func prepare(_ specification: AgentSpecification) async throws

    /// Has an agent's state moved, and returns without waiting for the end. A transfer that has begun goes on.
    /// - Throws: `DomainError`, in words for the host; where states can't be moved, too.
    func begin(_ transfer: StateTransfer) async throws

    /// - Returns: what has become of the agent's transfers, until they are forgotten. Their ends are announced by ``changes()``.
    func transfers(of agent: AgentReference) async throws -> [StateTransfer.ID: StateTransfer.Progress]

    /// Removes what is left of transfers, and ends those that go on.
    /// - Throws: `DomainError`.
    func forgetTransfers(of agent: AgentReference, except kept: Set<StateTransfer.ID>) async throws

    /// Takes over the agents that an earlier run of the platform left behind, and stops those that aren't to be kept,
    /// without removing their data. One that can't be stopped is logged and left to its next reconciliation.
    /// - Parameter wanted: those to be kept, as of when it is asked.
    /// - Throws: `DomainError`; what `wanted` throws.
    func cleanUp(keeping wanted: @Sendable () async throws -> Set<AgentReference>) async throws

    /// - Returns: an element for each change of an agent's ``AgentState``, and for each drift, from now on.
    func changes() -> AsyncStream<AgentReference>
}

extension AgentRuntime {
    /// Watches the agent until something is so, or the time is over.
    /// - Throws: what `isSo` throws; `CancellationError`.
    func wait(
        for agent: AgentReference, within limit: Duration, until isSo: @escaping @Sendable () async throws -> Bool
    ) async throws {
        let changes = changes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                if try await isSo() { return }
                for await changed in changes where changed == agent {
                    if try await isSo() { return }
                }
            }
            group.addTask { try await Task.sleep(for: limit) }
            try await group.next()
            group.cancelAll()
        }
    }
}

/// What is so of an agent.
package struct AgentObservation: Sendable, Hashable {
    package var state: AgentState
    /// ``AgentSpecification/hash`` of what it runs as.
    package var specificationHash: String?
    /// ``AgentSpecification/processHash`` of what it runs as.
    package var processHash: String?
    /// ``AgentSpecification/hash`` of what its program won't take, while it runs as before.
    package var refusedHash: String?
    /// Whether somebody has changed something since it was applied.
    package var isDrifted = false
    /// How often it has been started again.
    package var restarts = 0
    /// The container image that it was last made to run as; `nil` where there is none.
    package var image: String?
    /// What the program itself said of its trouble, for the host.
    package var words: String?

    package init(
        state: AgentState, specificationHash: String? = nil, processHash: String? = nil, refusedHash: String? = nil,
        isDrifted: Bool = false, restarts: Int = 0, image: String? = nil, words: String? = nil
    ) {
        self.state = state
        self.specificationHash = specificationHash
        self.processHash = processHash
        self.refusedHash = refusedHash
        self.isDrifted = isDrifted
        self.restarts = restarts
        self.image = image
        self.words = words
    }

    /// Whether a specification is in force or refused, so that nothing more will come of it.
    func isDone(with hash: String) -> Bool { specificationHash == hash || refusedHash == hash }
}
