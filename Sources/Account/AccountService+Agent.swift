package import Core
import Jobs
import SQL
import Store

/// What is wrong with the agent, and what was saved of it.
extension AccountService {
    /// - Parameter asksTelegram: whether Telegram may be asked, too, which takes a moment.
    /// - Returns: the box and why it is silent; `nil` if the customer has none.
    /// - Throws: `SQLError`.
    package func diagnose(
        _ customerID: Customer.ID, asksTelegram: Bool
    ) async throws -> (box: Box, diagnosis: Diagnosis)? {
        let now = queue.clock.now
        let found = try await queue.database.read { transaction -> Findings? in
            guard let box = try BoxStore(transaction).current(customerID: customerID) else { return nil }
            let usage = UsageStore(transaction)
            return Findings(
                box: box,
                subscription: try BillingStore(transaction).subscription(boxID: box.id, customerID: customerID),
                quota: try usage.quota(customerID: customerID, at: now),
                isHeld: try AgentGuardStore(transaction).hold(of: box.id, customerID: customerID) != nil,
                lastCall: try usage.recentEvents(customerID: customerID, limit: 1).first,
                restore: try RestoreStore(transaction).last(boxID: box.id, customerID: customerID))
        }
        guard let found else { return nil }
        let bot = asksTelegram ? await checkBot(found.box) : .unknown
        return (
            found.box,
            Diagnosis(
                box: found.box, subscription: found.subscription, quota: found.quota, isHeld: found.isHeld,
                lastCall: found.lastCall, restore: found.restore, bot: bot, now: now)
        )
    }

    private struct Findings: Sendable {
        let box: Box
        let subscription: Subscription?
        let quota: Quota?
        let isHeld: Bool
        let lastCall: UsageEvent?
        let restore: Restore?
    }

    // MARK: Backups

    /// Whether a browser reaches what was saved.
    package var hasDownloads: Bool { objects?.download("") != nil }

    /// What was saved of the customer's agents, the youngest first, and the last state that was put back.
    /// - Throws: `SQLError`.
    package func backups(of customerID: Customer.ID) async throws -> (backups: [Backup], restore: Restore?) {
        try await queue.database.read { transaction in
            let box = try BoxStore(transaction).current(customerID: customerID)
            return (
                try BackupStore(transaction).all(customerID: customerID),
                try box.flatMap { try RestoreStore(transaction).last(boxID: $0.id, customerID: customerID) }
            )
        }
    }

    /// Puts a saved state in the place of the agent's own, which is saved before.
    /// - Throws: ``DomainError`` with the code `no_box`, `no_backup` or `restore_running`; `SQLError`.
    package func restore(_ id: Backup.ID, of customerID: Customer.ID) async throws {
        try await queue.write { work in
            guard let box = try BoxStore(work.transaction).current(customerID: customerID), box.desired != .draft else {
                throw Self.noBox
            }
            guard let backup = try BackupStore(work.transaction).find(id, customerID: customerID), backup.state == .done
            else {
                throw DomainError(.notFound, code: "no_backup", "There is no such backup, or it isn't finished.")
            }
            let restores = RestoreStore(work.transaction)
            guard try restores.last(boxID: box.id, customerID: customerID)?.state != .running else {
                throw DomainError(.conflict, code: "restore_running", "A backup is being put in place already.")
            }
            try restores.insert(
                Restore(id: work.ids.next(), customerID: customerID, boxID: box.id, backupID: id, createdAt: work.now))
            // Another generation, which has its own backup before.
            try work.want(box)
        }
    }

    /// - Returns: where the saved state can be fetched for some minutes.
    /// - Throws: ``DomainError`` with the code `no_backup` or `no_download`; `SQLError`.
    package func download(_ id: Backup.ID, of customerID: Customer.ID) async throws -> String {
        let backup = try await finished(id, of: customerID)
        guard let url = objects?.download(backup.objectKey) else {
            throw DomainError(.conflict, code: "no_download", "Backups can't be downloaded here.")
        }
        return url
    }

    /// Deletes a saved state for good.
    /// - Throws: ``DomainError`` with the code `no_backup` or `restore_running`; what the store of objects says; `SQLError`.
    package func deleteBackup(_ id: Backup.ID, of customerID: Customer.ID) async throws {
        let backup = try await finished(id, of: customerID)
        let restore = try await backups(of: customerID).restore
        guard restore?.state != .running else {
            throw DomainError(.conflict, code: "restore_running", "A backup is being put in place. Try again afterwards.")
        }
        try await forget([backup])
    }

    /// First the objects: a row without one can be forgotten again, an object without a row by nobody.
    func forget(_ backups: [Backup]) async throws {
        for backup in backups {
            try await objects?.delete(backup.objectKey)
            try await queue.write { work in
                try BackupStore(work.transaction).delete(backup)
                work.changed(backup.customerID)
            }
        }
    }

    /// Forgets the backups of a box that aren't kept any more. Once it is deleted, its nights go at once, and the others by their age.
    func prune(_ job: PruneBackups) async throws {
        guard let customerID = job.customerID else { return }
        let now = queue.clock.now
        let surplus = try await queue.database.read { transaction in
            let nights = try NightlyStore(transaction).backups(boxID: job.boxID, customerID: customerID)
            let box = try BoxStore(transaction).find(job.boxID, customerID: customerID)
            let restoring = try RestoreStore(transaction).last(boxID: job.boxID, customerID: customerID)
            let isDeleted = box?.desired == .deleted && box?.status == .deleted
            let old = try BackupStore(transaction).old(now: now).filter {
                $0.boxID == job.boxID && $0.customerID == customerID
            }
            let gone = isDeleted ? nights.filter { $0.state != .running } + old : NightlyBackups.surplus(nights, now: now)
            return gone.filter { restoring?.state != .running || restoring?.backupID != $0.id }
        }
        try await forget(surplus)
    }

    private func finished(_ id: Backup.ID, of customerID: Customer.ID) async throws -> Backup {
        let found = try await queue.database.read { try BackupStore($0).find(id, customerID: customerID) }
        guard let backup = found, backup.state != .running else {
            throw DomainError(.notFound, code: "no_backup", "There is no such backup, or it isn't finished.")
        }
        return backup
    }
}
