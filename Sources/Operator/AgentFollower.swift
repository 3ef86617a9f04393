import Core
import Jobs
import Logging
import SQL
package import ServiceLifecycle
import Store

/// Tells on the rows what becomes of the agents between two reconciliations.
package struct AgentFollower: Service {
    let queue: WorkQueue
    let runtime: any AgentRuntime
    let reconciler: Reconciler
    let statuses: StatusWriter
    /// Whether agents' states are saved, whose ends are to be seen to.
    let savesStates: Bool
    let logger: Logger

    /// Takes over what an earlier run left behind, has every box reconciled, and from then on tells on the rows what becomes
    /// of the agents. Ends with the graceful shutdown.
    package func run() async throws {
        let changes = runtime.changes()
        try await runtime.cleanUp { [queue] in
            try await queue.database.read { transaction in
                let boxes = try BoxStore(transaction).allToReconcile().filter { $0.desired == .running }
                let spares = try SpareStore(transaction).all().filter { $0.state != .retired }
                return Set(boxes.map { AgentReference($0) } + spares.map { AgentReference($0.id) })
            }
        }
        try await reconciler.resync()
        for await agent in changes.cancelOnGracefulShutdown() {
            do {
                try await follow(agent)
            } catch {
                // The periodic resync repairs what is missed here.
                logger.error(
                    "an agent's state can't be written", metadata: ["box": "\(agent.boxID)", "error": "\(error)"])
            }
        }
    }

    private func follow(_ agent: AgentReference) async throws {
        let (found, spare) = try await queue.database.read { transaction in
            (try BoxStore(transaction).find(at: agent), try SpareStore(transaction).find(agent.spareID))
        }
        if spare != nil { try await queue.write { try $0.enqueue(KeepSpares()) } }
        guard let box = found else { return }
        if savesStates, try await runtime.transfers(of: agent).values.contains(where: \.isOver) {
            try await queue.write { try $0.enqueue(ReconcileBox(box)) }
        }
        let observed = try await runtime.observe(agent)
        let isOff = observed.state == .stopped || observed.state == .absent
        let isAsWanted: Bool
        switch box.desired {
        case .draft: return
        case .running: isAsWanted = !isOff && !observed.isDrifted
        // Until the row says so, the reconciler is still stopping it.
        case .suspended: isAsWanted = isOff || box.status != .suspended
        case .deleted: isAsWanted = observed.state == .absent || box.status != .deleted
        }
        if !isAsWanted { try await queue.write { try $0.enqueue(ReconcileBox(box)) } }
        // The reconciler has already written that it is starting.
        guard box.desired == .running, !isOff, observed.state != .starting else { return }
        try await statuses.write(
            AgentStatus(of: observed), of: box, generation: box.observedGeneration)
    }
}
