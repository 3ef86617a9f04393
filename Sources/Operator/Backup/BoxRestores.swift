import Core
import Jobs
import Logging
import S3
import SQL
import Store

/// A saved state takes the place of a box's own while nothing of the agent runs; a box that is new starts with it.
struct BoxRestores: Sendable {
    let queue: WorkQueue
    let runtime: any AgentRuntime
    let backups: BoxBackups
    let statuses: StatusWriter
    /// How long it waits for a state to be moved.
    let timeout: Duration
    let logger: Logger

    /// Puts a saved state in place, if the box's last row of that kind asks for it.
    /// - Returns: why the agent can't be started now; `nil` if it can.
    /// - Throws: `JobOutcome` if it takes longer than anybody should wait here; `DomainError`; `SQLError`.
    func restore(
        _ box: Box, as specification: AgentSpecification, observed: AgentObservation
    ) async throws -> DomainError? {
        guard let signer = backups.signer else { return nil }
        let last = try await queue.database.read { transaction in
            try RestoreStore(transaction).last(boxID: box.id, customerID: box.customerID)
        }
        guard let last, last.state == .running || last.state == .failed else { return nil }
        var restore = last
        let (agent, id) = (specification.agent, StateTransfer.ID.restore(last.id))
        if restore.state == .running {
            // Once it has begun, what is in the volume is no state that is worth keeping.
            let known = try await runtime.transfers(of: agent)[id]
            if known == nil, observed.state != .absent, let trouble = try await backups.save(box, before: .restore) {
                try await statuses.write(
                    .init(leftAlone: observed), of: box, generation: box.observedGeneration)
                return trouble.error
            }
            try await statuses.write(
                .init(.provisioning, .restoring), of: box, generation: box.observedGeneration)
            guard let image = specification.image, let backup = try await backup(of: restore) else {
                throw DomainError.transfersUnsupported
            }
            if known == nil {
                try await backups.finishRunning(of: box)
                try await runtime.prepare(specification)
            }
            if known?.isOver != true {
                let url = signer.url(
                    .get, key: backup.objectKey, from: queue.clock.now.date, lifetime: BoxBackups.urlLifetime)
                try await runtime.begin(StateTransfer(id: id, agent: agent, image: image, url: Secret(url)))
            }
            try await runtime.wait(for: agent, within: timeout) {
                try await runtime.transfers(of: agent)[id]?.isOver ?? true
            }
            restore = try await end(restore, in: agent, try await runtime.transfers(of: agent)[id])
        }
        if restore.state == .done { return nil }
        try await statuses.write(.init(.failed, .notRestored), of: box, generation: box.observedGeneration)
        return DomainError(.unavailable, code: "restore_failed", OwnerMessage.notRestored.text[.english])
    }

    /// Gives a restore up that is under way in a box whose end has come.
    /// - Throws: `DomainError`; `SQLError`.
    func giveUp(in box: Box) async throws {
        let last = try await queue.database.read { transaction in
            try RestoreStore(transaction).last(boxID: box.id, customerID: box.customerID)
        }
        guard let last, last.state == .running else { return }
        _ = try await queue.write {
            try RestoreStore($0.transaction).end(last, failure: "the box is being deleted", at: $0.now)
        }
        try await runtime.forgetTransfers(of: AgentReference(box), except: [])
    }

    private func backup(of restore: Restore) async throws -> Backup? {
        try await queue.database.read { try BackupStore($0).find(restore.backupID, customerID: restore.customerID) }
    }

    /// - Parameter progress: `nil` if somebody has removed the transfer, which then begins anew.
    private func end(
        _ restore: Restore, in agent: AgentReference, _ progress: StateTransfer.Progress?
    ) async throws -> Restore {
        let failure: String?
        switch progress {
        case .running, nil: throw JobOutcome.snooze(.seconds(30))
        case .done: failure = nil
        case .failed(let reason): failure = reason
        }
        let ended = try await queue.write { work in
            let ended = try RestoreStore(work.transaction).end(restore, failure: failure, at: work.now)
            if let ended, ended.state == .failed { try work.enqueue(AlertHost(ended)) }
            return ended
        }
        var metadata: Logger.Metadata = ["box": "\(restore.boxID)", "backup": "\(restore.backupID)"]
        if let failure {
            metadata["error"] = "\(failure)"
            logger.error("a saved state couldn't be put in place", metadata: metadata)
        } else {
            logger.notice("a saved state was put in place", metadata: metadata)
        }
        try await runtime.forgetTransfers(of: agent, except: [])
        return ended ?? restore
    }
}

extension AlertHost {
    fileprivate init(_ restore: Restore) {
        self.init(
            subject: "\(restore.backupID) can't be restored into \(restore.boxID)",
            text: """
                A saved state can't be put in place. The agent is stopped until you decide; what it had stored before is \
                still there.

                Box: \(restore.boxID)
                Customer: \(restore.customerID)
                Backup: \(restore.backupID)
                Reason: \(restore.detail ?? "unknown")

                To try again: openclaw-cloud admin box restore \(restore.boxID) \(restore.backupID)
                To start it with what it has: openclaw-cloud admin box restore \(restore.boxID) --abandon
                """)
    }
}
