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

/// Which agent: the box, and the customer whose namespace it lives in.
package struct AgentReference: Sendable, Hashable, Codable {
    package let boxID: Box.ID
    package let customerID: Customer.ID

    package init(_ box: Box) {
        self.init(boxID: box.id, customerID: box.customerID)
    }

    package init(boxID: Box.ID, customerID: Customer.ID) {
        self.boxID = boxID
        self.customerID = customerID
    }
}

/// What is so of an agent.
package struct AgentObservation: Sendable, Hashable {
    package let state: AgentState
    /// ``AgentSpecification/hash`` of what it was last made to run as.
    package let specificationHash: String?
    /// Whether somebody has changed something since it was applied.
    package let isDrifted: Bool
    /// How often it has been started again.
    package let restarts: Int
    /// The container image that it was last made to run as; `nil` where there is none.
    package let image: String?
    /// What the program itself said of its trouble, for the host.
    package let words: String?

    package init(
        state: AgentState, specificationHash: String? = nil, isDrifted: Bool = false, restarts: Int = 0,
        image: String? = nil, words: String? = nil
    ) {
        self.state = state
        self.specificationHash = specificationHash
        self.isDrifted = isDrifted
        self.restarts = restarts
        self.image = image
        self.words = words
    }
}

package enum AgentState: Sendable, Hashable {
    /// Nothing runs and nothing is kept.
    case absent
    /// Nothing runs; the data is kept.
    case stopped
    case starting
    /// It answers.
    case ready
    /// It went down and is coming up again.
    case restarting(AgentTrouble)
    /// It went down several times in a row. It is still being tried.
    case failed(AgentTrouble)

    /// Whether waiting for the next change is pointless: it is up, or there is something to tell.
    package var isSettled: Bool {
        switch self {
        case .ready, .failed, .absent, .stopped: true
        case .starting, .restarting: false
        }
    }
}

/// Why an agent went down, for its owner to read.
package enum AgentTrouble: Sendable, Hashable {
    case ranOutOfMemory
    case exited(code: Int32)
    /// The program doesn't take its configuration, and won't when it is started again: a matter for the host.
    case configurationRefused
    /// OpenClaw keeps Telegram off after several crashes in a row.
    case channelSuppressed
    /// Ended by a signal that the platform didn't send, or by nobody knows what.
    case vanished
    case stoppedAnswering
    case neverAnswered
    /// The program itself could not be started: a matter for the host.
    case notStartable
    /// The container image can't be had: a matter for the host.
    case imageUnavailable
    /// No machine has room for it: a matter for the host.
    case noRoom

    package var text: LocalizedText {
        switch self {
        case .ranOutOfMemory:
            LocalizedText(en: "Your agent ran out of memory.", pt: "O seu agente ficou sem memória.")
        case .exited(let code):
            LocalizedText(
                en: "Your agent stopped by itself (exit code \(code)).", pt: "O seu agente parou sozinho (código \(code)).")
        case .configurationRefused:
            LocalizedText(
                en: "Your agent can't start because of a fault on our side. We have been told.",
                pt: "O seu agente não consegue iniciar devido a uma falha do nosso lado. Já fomos avisados.")
        case .channelSuppressed:
            LocalizedText(
                en: "Your agent is switching Telegram on again after several crashes.",
                pt: "O seu agente está religando o Telegram depois de várias quedas.")
        case .vanished:
            LocalizedText(en: "Your agent stopped unexpectedly.", pt: "O seu agente parou inesperadamente.")
        case .stoppedAnswering:
            LocalizedText(en: "Your agent stopped responding.", pt: "O seu agente deixou de responder.")
        case .neverAnswered:
            LocalizedText(en: "Your agent took too long to start.", pt: "O seu agente demorou demais para iniciar.")
        case .notStartable:
            LocalizedText(
                en: "Your agent can't be started because of a fault on our side.",
                pt: "O seu agente não pode ser iniciado devido a uma falha do nosso lado.")
        case .imageUnavailable:
            LocalizedText(
                en: "Your agent's program can't be fetched at the moment.",
                pt: "O programa do seu agente não pode ser obtido no momento.")
        case .noRoom:
            LocalizedText(
                en: "There is no room for your agent on our machines at the moment.",
                pt: "Não há espaço para o seu agente nas nossas máquinas no momento.")
        }
    }
}
