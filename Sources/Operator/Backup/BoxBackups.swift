import Core
import Jobs
import Logging
import S3
import SQL
import Store

/// An agent's state is saved before what could lose it: another image, an earlier state put in its place, its end. Volumes grow
/// in place and never move, so that a larger plan needs no backup.
///
/// The row comes first and names the transfer; whatever happens between two steps, the next reconciliation goes on from the row.
/// Where a state can't be saved, what would lose it doesn't happen.
package struct BoxBackups: Sendable {
    let queue: WorkQueue
    let runtime: any AgentRuntime
    /// Lets pods reach the objects that states are saved in; `nil` where they aren't saved.
    let signer: S3Signer?
    /// How long it waits for a state to be moved.
    let timeout: Duration
    let logger: Logger

    /// How long a backup may take.
    package static var limit: Duration { TransferManifests.limit }
    /// A transfer ends well before, or is ended.
    static let urlLifetime = Duration.seconds(3600)

    /// Whether agents' states are saved.
    package var isEnabled: Bool { signer != nil }

    /// Sees to the backups that rows ask for, whatever for, without waiting; and removes what is left of those that ended.
    /// - Throws: `DomainError`; `JobOutcome`; `SQLError`.
    func tend(_ box: Box) async throws {
        guard isEnabled else { return }
        let (backup, restore) = try await queue.database.read { transaction in
            (
                try BackupStore(transaction).running(boxID: box.id, customerID: box.customerID),
                try RestoreStore(transaction).last(boxID: box.id, customerID: box.customerID)
            )
        }
        if let backup, try await !advance(backup, of: box) { return }
        let kept = restore.flatMap { $0.state == .running ? StateTransfer.ID.restore($0.id) : nil }
        try await runtime.forgetTransfers(of: AgentReference(box), except: kept.map { [$0] } ?? [])
    }

    /// Has the box's state saved, unless it has been for this very change.
    /// - Parameter reason: what comes next.
    /// - Returns: why that can't be now; `nil` if it can.
    /// - Throws: `JobOutcome` if it takes longer than anybody should wait here; `DomainError`; `SQLError`.
    func save(_ box: Box, before reason: Backup.Reason) async throws -> BackupTrouble? {
        guard isNeeded(box, before: reason) else { return nil }
        while true {
            switch try await nextStep(box, reason) {
            case .done: return nil
            case .paused(let trouble): return trouble
            case .goOn(let backup): try await finish(backup, of: box)
            }
        }
    }

    /// Waits for the backup that is being made of the box, whatever for.
    /// - Throws: `JobOutcome` if it takes longer than anybody should wait here; `DomainError`; `SQLError`.
    func finishRunning(of box: Box) async throws {
        let running = try await queue.database.read { transaction in
            try BackupStore(transaction).running(boxID: box.id, customerID: box.customerID)
        }
        if let running { try await finish(running, of: box) }
    }

    private func finish(_ backup: Backup, of box: Box) async throws {
        if try await advance(backup, of: box) { return }
        let (agent, id) = (AgentReference(box), StateTransfer.ID.save(backup.id))
        try await runtime.wait(for: agent, within: timeout) { try await runtime.transfers(of: agent)[id]?.isOver ?? true }
        guard try await advance(backup, of: box) else { throw JobOutcome.snooze(.seconds(30)) }
    }

    /// An agent that has never run has nothing to lose.
    func isNeeded(_ box: Box, before reason: Backup.Reason) -> Bool {
        isEnabled && box.readyAt != nil && box.backupWaivedFor != reason
    }

    private enum Step: Sendable {
        case done
        case goOn(Backup)
        case paused(BackupTrouble)
    }

    /// There is one backup of a box at a time: another one that is being made is waited for.
    private func nextStep(_ box: Box, _ reason: Backup.Reason) async throws -> Step {
        try await queue.write { work in
            let store = BackupStore(work.transaction)
            if let running = try store.running(boxID: box.id, customerID: box.customerID) { return .goOn(running) }
            let attempts = try store.attempts(
                for: reason, generation: box.generation, boxID: box.id, customerID: box.customerID)
            if attempts.contains(where: { $0.state == .done }) { return .done }
            if let trouble = BackupTrouble(attempts: attempts, now: work.now) { return .paused(trouble) }
            let backup = Backup(id: work.ids.next(), of: box, for: reason, at: work.now)
            try store.insert(backup)
            return .goOn(backup)
        }
    }

    /// Takes a backup one step further.
    /// - Returns: whether it has ended.
    private func advance(_ backup: Backup, of box: Box) async throws -> Bool {
        let agent = AgentReference(box)
        switch try await runtime.transfers(of: agent)[.save(backup.id)] {
        case .done(let size): try await end(backup, of: box, failure: nil, size: size)
        case .failed(let reason): try await end(backup, of: box, failure: reason)
        case .running, nil:
            do {
                try await begin(backup, of: agent, image: box.imageBefore ?? box.image)
                return false
            } catch let error as DomainError {
                try await end(backup, of: box, failure: error.message)
            }
        }
        return true
    }

    /// - Parameter image: for an agent of which nothing tells what it runs as.
    private func begin(_ backup: Backup, of agent: AgentReference, image: String?) async throws {
        guard let signer else { return }
        // What the state was written by reads it best: an upgrade's new image might change it.
        let running = try await runtime.observe(agent).image
        guard let image = backup.image ?? running ?? image else {
            throw DomainError(.conflict, code: "no_image", "Nothing tells which image the agent ran as.")
        }
        if backup.image == nil {
            try await queue.write { try BackupStore($0.transaction).begin(backup, image: image) }
        }
        let url = signer.url(.put, key: backup.objectKey, from: queue.clock.now.date, lifetime: Self.urlLifetime)
        try await runtime.begin(StateTransfer(id: .save(backup.id), agent: agent, image: image, url: Secret(url)))
    }

    private func end(_ backup: Backup, of box: Box, failure: String?, size: Int64? = nil) async throws {
        let ended = try await queue.write { work -> Backup? in
            let store = BackupStore(work.transaction)
            guard let ended = try store.end(backup, failure: failure, size: size, at: work.now) else { return nil }
            let attempts = try store.attempts(
                for: backup.reason, generation: backup.generation, boxID: box.id, customerID: box.customerID)
            if let alert = AlertHost(attempts) { try work.enqueue(alert) }
            if ended.reason == .nightly { try nightlyEnded(ended, of: box, work) }
            return ended
        }
        if let ended {
            var metadata: Logger.Metadata = [
                "box": "\(box.id)", "backup": "\(ended.id)", "reason": "\(ended.reason.rawValue)",
            ]
            if let failure {
                metadata["error"] = "\(failure)"
                logger.error("an agent's state couldn't be saved", metadata: metadata)
            } else {
                metadata["bytes"] = ended.size.map { "\($0)" }
                logger.notice("an agent's state was saved", metadata: metadata)
            }
        }
        try await runtime.forgetTransfers(of: AgentReference(box), except: [])
    }
}
