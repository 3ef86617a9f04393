package import Core
import SQL

/// Something that has happened to a customer.
package struct TimelineEntry: Sendable, Hashable {
    package let at: Timestamp
    /// What it is about: `customer`, `checkout`, `subscription`, `payment`, `box`, `job`, `backup`, `restore`, `host`.
    package let kind: String
    /// In plain words.
    package let text: String
    /// The id of the row that tells it.
    package let subject: String?

    package init(at: Timestamp, kind: String, text: String, subject: String?) {
        self.at = at
        self.kind = kind
        self.text = text
        self.subject = subject
    }
}

extension HostStore {
    /// What has happened to a customer, the last thing first. Of jobs, those that ended in failure or still wait.
    /// - Parameter limit: entries.
    /// - Throws: `SQLError`.
    package func timeline(_ customer: Customer, limit: Int = 100) throws -> [TimelineEntry] {
        var entries = [
            TimelineEntry(at: customer.createdAt, kind: "customer", text: "spoke for the first time", subject: nil)
        ]
        if let time = customer.emailProvedAt {
            entries.append(TimelineEntry(at: time, kind: "customer", text: "proved the e-mail address", subject: nil))
        }
        let id: [SQLValue] = [.text(customer.id.rawValue)]
        for checkout in try transaction.query("SELECT * FROM checkouts WHERE customer_id = ?1", id).map(Checkout.init(row:))
        {
            entries += checkout.history
        }
        for row in try transaction.query("SELECT * FROM subscriptions WHERE customer_id = ?1", id) {
            entries += try Subscription(row: row).history
        }
        for row in try transaction.query("SELECT * FROM boxes WHERE customer_id = ?1 AND desired <> 'draft'", id) {
            entries += try Box(row: row).history
        }
        for backup in try BackupStore(transaction).all(customerID: customer.id) { entries.append(backup.history) }
        for row in try transaction.query("SELECT * FROM restores WHERE customer_id = ?1", id) {
            entries.append(try Restore(row: row).history)
        }
        for entry in try PaymentStore(transaction).all(
            from: Timestamp(milliseconds: 0), to: Timestamp(milliseconds: .max), customerID: customer.id)
        {
            entries.append(entry.payment.history)
        }
        entries += try jobs(of: customer.id, limit: limit)
        for act in try AuditStore(transaction).all(HostFilter(state: "acts", customerID: customer.id, limit: limit)).entries
        {
            entries.append(
                TimelineEntry(
                    at: act.at, kind: "host", text: [act.act, act.detail].compactMap { $0 }.joined(separator: ": "),
                    subject: act.subject))
        }
        return Array(entries.sorted { $0.at > $1.at }.prefix(limit))
    }

    private func jobs(of customerID: Customer.ID, limit: Int) throws -> [TimelineEntry] {
        try transaction.query(
            """
            SELECT id, kind, state, reason, created_at, finished_at FROM jobs
            WHERE customer_id = ?1 AND (state = 'failed' OR (state = 'queued' AND reason IS NOT NULL))
            ORDER BY id DESC LIMIT ?2
            """, [.text(customerID.rawValue), .integer(Int64(limit))]
        ).map { row in
            let state = try row.text("state") == "failed" ? "failed" : "waits to be tried again"
            return TimelineEntry(
                at: try row.optionalTime("finished_at") ?? row.time("created_at"), kind: "job",
                text: "\(try row.text("kind")) \(state): \(try row.optionalText("reason") ?? "no reason is known")",
                subject: try row.text("id"))
        }
    }
}

extension Checkout {
    fileprivate var history: [TimelineEntry] {
        func entry(_ at: Timestamp, _ text: String) -> TimelineEntry {
            TimelineEntry(at: at, kind: "checkout", text: text, subject: id.rawValue)
        }
        return [entry(createdAt, "a payment page for \(tier.rawValue) was asked for")]
            + (completedAt.map { [entry($0, "paid for \(tier.rawValue)")] } ?? [])
    }
}

extension Subscription {
    fileprivate var history: [TimelineEntry] {
        func entry(_ at: Timestamp?, _ text: String) -> TimelineEntry? {
            at.map { TimelineEntry(at: $0, kind: "subscription", text: text, subject: id.rawValue) }
        }
        return [
            entry(periodStart, "\(tier.rawValue), \(status.rawValue): the period until \(periodEnd) began"),
            entry(pastDueSince, "a payment is missing"), entry(endedAt, "ended"),
            endedAt == nil ? entry(cancelAt, "is cancelled for this day") : nil,
        ].compactMap { $0 }
    }
}

extension Box {
    fileprivate var history: [TimelineEntry] {
        func entry(_ at: Timestamp?, _ text: String) -> TimelineEntry? {
            at.map { TimelineEntry(at: $0, kind: "box", text: text, subject: id.rawValue) }
        }
        return [
            entry(createdAt, "the agent was described"), entry(readyAt, "the agent was ready for the first time"),
            entry(seenAt, "the agent was last seen to answer"),
        ].compactMap { $0 }
    }
}

extension Backup {
    fileprivate var history: TimelineEntry {
        let end = detail.map { ": \($0)" } ?? ""
        return TimelineEntry(
            at: createdAt, kind: "backup", text: "backup (\(reason.rawValue)) \(state.rawValue)\(end)", subject: id.rawValue)
    }
}

extension Restore {
    fileprivate var history: TimelineEntry {
        let end = detail.map { ": \($0)" } ?? ""
        return TimelineEntry(
            at: createdAt, kind: "restore", text: "restore of \(backupID) \(state.rawValue)\(end)", subject: id.rawValue)
    }
}

extension Payment {
    fileprivate var history: TimelineEntry {
        let cents = abs(amount) % 100
        let text = "\(abs(amount) / 100).\(cents < 10 ? "0" : "")\(cents) \(currency)"
        return TimelineEntry(
            at: paidAt, kind: "payment", text: kind == .invoice ? "paid \(text)" : "was refunded \(text)", subject: id)
    }
}
