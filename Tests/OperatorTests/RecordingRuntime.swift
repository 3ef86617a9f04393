import Core
import Synchronization

@testable import Operator

/// Agents that do at once what is wanted of them, and a record of it. As the cluster does, it keeps transfers until they are
/// forgotten, and begins none twice.
actor RecordingRuntime: AgentRuntime {
    enum Call: Sendable, Hashable {
        case apply(image: String?)
        case suspend, delete, prepare
        case save(image: String)
        case restore(image: String)
    }

    /// What a kill does to the operator, at any moment.
    struct Killed: Error {}

    private(set) var calls: [Call] = []
    private(set) var transfers: [StateTransfer.ID: StateTransfer.Progress] = [:]
    private(set) var urls: [String] = []
    private var outcome: StateTransfer.Progress
    private var observation = AgentObservation(state: .absent)
    private var proxyTokenHash: String?
    /// How many moments the operator has left to live.
    private var life: Int?
    private let broadcast = Broadcast()

    init(outcome: StateTransfer.Progress = .done(size: 42)) {
        self.outcome = outcome
    }

    /// How transfers end that begin from now on.
    func transfersEnd(_ outcome: StateTransfer.Progress) { self.outcome = outcome }

    func end(_ outcome: StateTransfer.Progress, of agent: AgentReference) {
        for id in transfers.keys { transfers[id] = outcome }
        broadcast.send(agent)
    }

    func kill(after life: Int?) { self.life = life }

    /// The program has nothing to do, and is put to sleep.
    func fallAsleep() { observation.state = .asleep }

    /// Somebody changes the image by hand.
    func change(image: String) {
        observation = AgentObservation(
            state: observation.state, specificationHash: observation.specificationHash,
            processHash: observation.processHash, image: image)
    }

    private func moment() throws {
        guard let left = life else { return }
        if left == 0 { throw Killed() }
        life = left - 1
    }

    /// Before and after each of its effects, the operator may be killed.
    private func perform(_ call: Call, _ effect: () -> Void) throws {
        try moment()
        calls.append(call)
        effect()
        try moment()
    }

    // MARK: AgentRuntime

    func apply(_ specification: AgentSpecification) async throws {
        let isSo = observation.specificationHash == specification.hash && observation.image == specification.image
        if isSo, observation.state == .ready || observation.state == .asleep { return }
        try perform(.apply(image: specification.image)) {
            proxyTokenHash = specification.proxyToken.hash
            observation = AgentObservation(
                state: .ready, specificationHash: specification.hash, processHash: specification.processHash,
                image: specification.image)
        }
    }

    func suspend(_ agent: AgentReference) async throws {
        if observation.state == .stopped || observation.state == .absent { return }
        try perform(.suspend) { stop() }
    }

    func delete(_ agent: AgentReference) async throws {
        try perform(.delete) {
            observation = AgentObservation(state: .absent)
            transfers = [:]
        }
    }

    func prepare(_ specification: AgentSpecification) async throws {
        try perform(.prepare) { stop() }
    }

    private func stop() {
        observation = AgentObservation(
            state: .stopped, specificationHash: observation.specificationHash, processHash: observation.processHash,
            image: observation.image)
    }

    func begin(_ transfer: StateTransfer) async throws {
        if transfers[transfer.id] != nil { return }
        let call: Call
        switch transfer.id {
        case .save: call = .save(image: transfer.image)
        case .restore: call = .restore(image: transfer.image)
        }
        try perform(call) {
            transfers[transfer.id] = outcome
            urls.append(transfer.url.reveal())
        }
    }

    func transfers(of agent: AgentReference) async throws -> [StateTransfer.ID: StateTransfer.Progress] {
        try moment()
        return transfers
    }

    func forgetTransfers(of agent: AgentReference, except kept: Set<StateTransfer.ID>) async throws {
        try moment()
        transfers = transfers.filter { kept.contains($0.key) }
        try moment()
    }

    func observe(_ agent: AgentReference) async throws -> AgentObservation {
        try moment()
        return observation
    }

    func proxyTokenHash(of agent: AgentReference) async throws -> String? { proxyTokenHash }
    func cleanUp(keeping wanted: @Sendable () async throws -> Set<AgentReference>) async throws {}
    nonisolated func changes() -> AsyncStream<AgentReference> { broadcast.stream() }
}
