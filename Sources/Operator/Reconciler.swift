package import Core
import Jobs
import Logging
import SQL
import Store
import Synchronization

/// Makes the world look like the boxes' rows. It has one verb, and asks each time what is so.
package struct Reconciler: Sendable {
    let queue: WorkQueue
    let runtime: any AgentRuntime
    let vault: Vault
    let plans: PlanTable
    let settings: AgentSettings
    let backups: BoxBackups
    let restores: BoxRestores
    let rollouts: RolloutController
    let spares: SpareKeeper
    let statuses: StatusWriter
    /// How long it waits for an agent to become ready.
    let timeout: Duration
    let logger: Logger

    /// Has every box reconciled.
    /// - Throws: `SQLError`.
    package func resync() async throws {
        try await queue.write { work in
            for box in try BoxStore(work.transaction).allToReconcile() {
                // In the background, so that a customer's change doesn't wait for the resync of all boxes.
                try work.enqueue(ReconcileBox(box), priority: .background)
            }
        }
    }

    /// Makes the world look like the box's row. What can't be done is told on the row; so is, whatever its reason, what still isn't
    /// done after a long time.
    /// - Parameter time: since when it is being tried.
    /// - Throws: `DomainError`, which the host reads; `JobOutcome` where it only takes longer; `SQLError`.
    package func reconcile(_ agent: AgentReference, since time: Timestamp? = nil) async throws {
        let found = try await queue.database.read { try BoxStore($0).find(at: agent) }
        guard let box = found else { throw JobOutcome.cancel(reason: "no such box") }
        let isLate = time.map { queue.clock.now - $0 >= longest } ?? false
        let trouble: DomainError?
        do {
            trouble = try await makeReal(box, isLate: isLate)
        } catch let error as DomainError {
            // The error's own words may be the host's: where the key is, what the cluster said.
            logger.error(
                "a box can't be made as it is wanted",
                metadata: ["box": "\(box.id)", "code": "\(error.code)", "error": "\(error.message)"])
            try await statuses.write(
                .init(.failed, OwnerMessage(error)), of: box, generation: box.observedGeneration,
                isFailedRun: true)
            trouble = error
        } catch  where isLate && !(error is CancellationError) && !(error is SQLError) {
            logger.error("a box takes too long", metadata: ["box": "\(box.id)", "error": "\(error)"])
            try await statuses.write(
                .init(.failed, .takesLong), of: box, generation: box.observedGeneration, isFailedRun: true)
            throw error
        }
        if let trouble { throw trouble }
    }

    /// How long what is wanted of a box may take. A new image migrates its data first, and a state is saved before.
    private var longest: Duration { .seconds(600) + (backups.isEnabled ? BoxBackups.limit : .zero) }

    /// - Returns: what is wrong with the agent, though all was done for it; the row tells so already.
    private func makeReal(_ box: Box, isLate: Bool) async throws -> DomainError? {
        try await backups.tend(box)
        switch box.desired {
        case .draft: break
        case .running: return try await run(box, isLate: isLate)
        case .suspended: try await end(box, as: .suspended)
        case .deleted: try await end(box, as: .deleted)
        }
        return nil
    }

    private func run(_ box: Box, isLate: Bool) async throws -> DomainError? {
        guard let bot = box.bot else {
            try await statuses.write(.init(.failed, .noBot), of: box, generation: box.generation)
            return nil
        }
        let box = try await rollouts.choosingImage(box)
        let agent = AgentReference(box)
        let botToken = try vault.open(bot.sealedToken, context: box.botTokenContext)
        let observed = try await runtime.observe(agent)
        guard let proxyToken = try await proxyToken(of: box, held: try await runtime.proxyTokenHash(of: agent)) else {
            return nil
        }
        let specification = AgentSpecification(
            box, bot: bot, plan: plans[box.tier], botToken: botToken, proxyToken: proxyToken, settings: settings,
            image: rollouts.image == nil ? nil : box.image)
        if let trouble = try await restores.restore(box, as: specification, observed: observed) { return trouble }
        // An image that somebody else has put there is no upgrade: it goes without a word.
        let isUpgrade = observed.image != specification.image && observed.processHash != specification.processHash
        if isUpgrade, observed.image != nil, let trouble = try await backups.save(box, before: .upgrade) {
            try await statuses.write(
                .init(leftAlone: observed), of: box, generation: box.observedGeneration)
            return trouble.error
        }
        let isUnderWay = !(observed.state == .absent || observed.state == .stopped)
        // What a running agent takes over as it is doesn't keep it from answering.
        if !isLate, observed.processHash != specification.processHash || !isUnderWay {
            try await statuses.write(
                .init(.provisioning, .starting), of: box, generation: box.observedGeneration)
        }
        try await runtime.apply(specification)

        let seen = try await settled(agent, as: specification)
        if seen.state == .failed(.noRoom) { try await spares.makeRoom() }
        let status = AgentStatus(of: seen)
        // The caller that catches this tells owners who have waited for too long.
        if isLate, status.status == .provisioning { throw JobOutcome.snooze(.seconds(60)) }
        let generation = seen.specificationHash == specification.hash ? box.generation : box.observedGeneration
        try await statuses.write(status, of: box, generation: generation, isFailedRun: status.status == .failed)
        switch status.status {
        case .running:
            if seen.isDone(with: specification.hash) { return nil }
            throw JobOutcome.snooze(.seconds(10))
        case .failed:
            return DomainError(.unavailable, code: "agent_failed", (status.message ?? .starting).text[.english])
        // Looked at again later, so that the customer's other jobs get their turn; what becomes of it is told meanwhile.
        default: throw JobOutcome.snooze(.seconds(10))
        }
    }

    /// The agent's valid credential at the token proxy. Its text is known to the runtime alone, so when the runtime lacks the
    /// valid one it is replaced; a crash between the replacement and its use only leads to another one.
    /// - Parameter held: the hash of the token that the runtime holds.
    /// - Returns: `nil` if the box is no longer meant to run.
    private func proxyToken(of box: Box, held: String?) async throws -> AgentSpecification.ProxyToken? {
        let new = AccessToken.random(prefix: "ocp_")
        let active = try await queue.database.read {
            try UsageStore($0).activeProxyTokenHash(boxID: box.id, customerID: box.customerID)
        }
        if let held, held == active { return .init(hash: held, secret: nil) }
        return try await queue.write { work in
            let boxes = BoxStore(work.transaction)
            guard try boxes.find(box.id, customerID: box.customerID)?.desired == .running else { return nil }
            let usage = UsageStore(work.transaction)
            try usage.revokeProxyTokens(boxID: box.id, customerID: box.customerID, now: work.now)
            try usage.insertProxyToken(hash: new.hash, customerID: box.customerID, boxID: box.id, now: work.now)
            return .init(hash: new.hash, secret: new.secret)
        }
    }

    /// Watches the agent until it is ready as specified, in trouble, or the time is over.
    private func settled(_ agent: AgentReference, as specification: AgentSpecification) async throws -> AgentObservation {
        let settled = Mutex<AgentObservation?>(nil)
        try await runtime.wait(for: agent, within: timeout) {
            let observation = try await runtime.observe(agent)
            let isUp = observation.state == .ready || observation.state == .asleep
            guard observation.state.isSettled, !isUp || observation.isDone(with: specification.hash) else { return false }
            settled.withLock { $0 = observation }
            return true
        }
        // What was waited for counts: a moment later it may be otherwise again, which ``AgentFollower`` tells.
        if let observation = settled.withLock(\.self) { return observation }
        return try await runtime.observe(agent)
    }

    /// - Parameter status: `.suspended`, which keeps the data, or `.deleted`.
    private func end(_ box: Box, as status: BoxStatus) async throws {
        let agent = AgentReference(box)
        if status == .deleted {
            try await saveBeforeDeletion(box)
            try await runtime.delete(agent)
        } else {
            try await runtime.suspend(agent)
        }
        let active = try await queue.database.read {
            try UsageStore($0).activeProxyTokenHash(boxID: box.id, customerID: box.customerID)
        }
        if active != nil {
            try await queue.write { work in
                try UsageStore(work.transaction).revokeProxyTokens(boxID: box.id, customerID: box.customerID, now: work.now)
            }
        }
        try await statuses.write(.init(status), of: box, generation: box.generation)
        if status == .deleted, backups.isEnabled { try await queue.write { try $0.enqueue(PruneBackups(box)) } }
    }

    /// Nothing of the agent runs while its state is saved for the last time.
    /// - Throws: `JobOutcome` while it isn't saved; nothing is deleted then.
    private func saveBeforeDeletion(_ box: Box) async throws {
        let agent = AgentReference(box)
        guard backups.isNeeded(box, before: .deletion), try await runtime.observe(agent).state != .absent else { return }
        try await restores.giveUp(in: box)
        try await runtime.suspend(agent)
        guard let trouble = try await backups.save(box, before: .deletion) else { return }
        try await statuses.write(
            .init(.failed, .dataKept), of: box, generation: box.observedGeneration)
        throw JobOutcome.retry(after: max(trouble.retryAt - queue.clock.now, .seconds(1)), reason: trouble.reason)
    }
}
