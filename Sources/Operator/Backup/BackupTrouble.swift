import Core

/// That the state of a box can't be saved for now, and so isn't touched.
struct BackupTrouble: Sendable, Hashable {
    /// When it is tried again.
    let retryAt: Timestamp
    /// In plain words, for the host.
    let reason: String

    /// - Parameter attempts: for one change, the oldest first.
    /// - Returns: `nil` if it is time to try.
    init?(attempts: [Backup], now: Timestamp) {
        guard let last = attempts.last(where: { $0.state == .failed }), let end = last.endedAt else { return nil }
        // 1 min, 2 min, 4 min, … up to an hour.
        let failures = attempts.count { $0.state == .failed }
        retryAt = end + min(.seconds(60) * (1 << min(failures - 1, 6)), .hours(1))
        reason = last.detail ?? "nobody knows why"
        if now >= retryAt { return nil }
    }

    /// For the host: the owner reads `OwnerMessage.updateHeldBack`.
    var error: DomainError {
        DomainError(.unavailable, code: "backup_failed", OwnerMessage.updateHeldBack.text[.english])
    }
}

extension AlertHost {
    /// What the host is told of a state that can't be saved: once for each change that waits for it.
    /// - Parameter attempts: for one change, the oldest first; the last one has just ended.
    init?(_ attempts: [Backup]) {
        guard let last = attempts.last, last.state == .failed else { return nil }
        let waits: String
        switch last.reason {
        // Whoever asked for it sees it; of nights there is more to say.
        case .manual, .nightly: return nil
        case .upgrade: waits = "The agent stays as it is: it isn't moved to the other image."
        case .restore: waits = "The agent stays as it is: the earlier state isn't put in place."
        case .deletion: waits = "The agent is stopped, and nothing of it is deleted."
        }
        // Nobody waits for a deletion, so what passes needn't be told.
        guard attempts.count(where: { $0.state == .failed }) == (last.reason == .deletion ? 3 : 1) else { return nil }
        self.init(
            subject: "The state of \(last.boxID) can't be saved (\(last.reason.rawValue))",
            text: """
                The state of a customer's agent can't be saved. \(waits) It is tried again.

                Box: \(last.boxID)
                Customer: \(last.customerID)
                Image: \(last.image ?? "none")
                Reason: \(last.detail ?? "unknown")

                To look: openclaw-cloud admin box backups \(last.boxID)
                To go on without a backup: openclaw-cloud admin box skip-backup \(last.boxID)
                """)
    }
}
