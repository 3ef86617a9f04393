import Core
import Jobs
import SQL
import Store

/// Each night every agent's state is saved that is meant to run, as it is: a program that sleeps isn't woken, as a job of its own
/// reads the volume.
extension BoxBackups {
    /// So many backups are made at once at most, whatever for: each takes some of a node's memory.
    private static let mostAtOnce: Int64 = 32

    /// Begins the backups whose time has come. What the platform slept through is made up for.
    /// - Throws: `SQLError`.
    package func saveNightly() async throws {
        guard isEnabled else { return }
        try await queue.write { work in
            let nights = NightlyStore(work.transaction)
            for box in try nights.unplanned(limit: 1000) { try planNight(of: box, nights, work.now) }
            let room = Self.mostAtOnce - (try nights.running())
            guard room > 0 else { return }
            let store = BackupStore(work.transaction)
            for box in try nights.due(now: work.now, limit: room) {
                // There is one at a time, and what is being put in place is no state that is worth keeping.
                let restore = try RestoreStore(work.transaction).last(boxID: box.id, customerID: box.customerID)
                guard try store.running(boxID: box.id, customerID: box.customerID) == nil, restore?.state != .running,
                    restore?.state != .failed
                else {
                    try nights.plan(box, at: work.now + NightlyBackups.pause)
                    continue
                }
                try store.insert(Backup(id: work.ids.next(), of: box, for: .nightly, at: work.now))
                try planNight(of: box, nights, work.now)
                try work.enqueue(ReconcileBox(box), priority: .background)
            }
        }
    }

    private func planNight(of box: Box, _ nights: NightlyStore, _ now: Timestamp) throws {
        try nights.plan(box, at: NightlyBackups.next(of: box.id, timeZone: box.timeZone, after: now))
    }

    /// A failure is tried again in a while; the host is told in the second night.
    func nightlyEnded(_ backup: Backup, of box: Box, _ work: UnitOfWork) throws {
        let nights = NightlyStore(work.transaction)
        guard backup.state == .failed else { return try work.enqueue(PruneBackups(box)) }
        let backups = try nights.backups(boxID: box.id, customerID: box.customerID)
        if NightlyBackups.isTriedAgain(backups, now: work.now) {
            try nights.plan(box, at: work.now + NightlyBackups.pause)
        }
        if NightlyBackups.isSecondNight(backups) {
            try work.enqueue(AlertHost(nightly: backup))
        }
    }
}

extension AlertHost {
    fileprivate init(nightly backup: Backup) {
        self.init(
            subject: "\(backup.boxID) couldn't be saved for two nights",
            text: """
                The state of a customer's agent couldn't be saved in two nights in a row. The agent runs on. It is tried again.

                Box: \(backup.boxID)
                Customer: \(backup.customerID)
                Image: \(backup.image ?? "none")
                Reason: \(backup.detail ?? "unknown")

                To look: openclaw-cloud admin box backups \(backup.boxID)
                """)
    }
}
