package import Core
// Brings the rules of the time zones, see `TimeZone.named`.
import FoundationInternationalization
package import SQL

/// A reminder that is being sent, and what that takes.
package struct DueReminder: Sendable {
    package let reminder: Reminder
    package let box: Box
    /// Whether an earlier attempt ended without anybody knowing whether the message had arrived.
    package let mayHaveArrived: Bool
    /// When it was taken to be sent.
    package let begunAt: Timestamp
}

/// How an attempt to send a reminder ended.
package enum ReminderOutcome: Sendable, Hashable {
    case arrived
    /// It can't be sent now, and nothing has arrived.
    case later(Timestamp)
    /// Nobody knows whether it has arrived.
    case unknown(tryAgain: Timestamp)
    /// This occurrence is left out.
    case skipped(Reminder.End)
    /// It can never be sent.
    case ended(Reminder.End)
}

extension ReminderStore {
    /// After so long a reminder whose sender hasn't said anything is taken for abandoned. No sender may begin, or wait for
    /// Telegram, any later.
    package static let patience = Duration.seconds(40)

    /// When the next reminder is to be sent, anybody's.
    /// - Throws: `SQLError`.
    package func nextTry() throws -> Timestamp? {
        try transaction.first(
            "SELECT try_at FROM reminders WHERE ended_at IS NULL ORDER BY try_at LIMIT 1", []
        ).map { try $0.time("try_at") }
    }

    /// Takes due reminders, anybody's, to be sent. Each is this caller's alone for ``patience``.
    /// - Throws: `SQLError`.
    package func claim(limit: Int, now: Timestamp) throws -> [DueReminder] {
        let rows = try transaction.query(
            """
            SELECT * FROM reminders WHERE ended_at IS NULL AND try_at <= ?1 ORDER BY try_at, number, id LIMIT ?2
            \(transaction.dialect.skipLocked)
            """, [.integer(now.milliseconds), .integer(Int64(limit))])
        if rows.isEmpty { return [] }
        try transaction.execute(
            "UPDATE reminders SET begun_at = ?2, try_at = ?3 WHERE \(transaction.dialect.isOneOf("id", "?1"))",
            [
                .texts(try rows.map { try $0.text("id") }), .integer(now.milliseconds),
                .integer((now + Self.patience).milliseconds),
            ])
        let boxes = try transaction.query(
            "SELECT * FROM boxes WHERE \(transaction.dialect.isOneOf("id", "?1"))",
            [.texts(Set(try rows.map { try $0.text("box_id") }).sorted())]
        ).map(Box.init(row:))
        let boxByID = Dictionary(boxes.map { ($0.id, $0) }) { first, _ in first }
        return try rows.compactMap { row in
            let reminder = try Reminder(row: row)
            guard let box = boxByID[reminder.boxID] else { return nil }
            return DueReminder(
                reminder: reminder, box: box, mayHaveArrived: try row.optionalTime("begun_at") != nil, begunAt: now)
        }
    }

    /// Writes how an attempt ended; nothing if the reminder was cancelled meanwhile, or taken by somebody else.
    /// - Returns: when it is to be sent next.
    /// - Throws: `SQLError`.
    @discardableResult
    package func settle(_ due: DueReminder, _ outcome: ReminderOutcome, now: Timestamp) throws -> Timestamp? {
        switch outcome {
        case .later(let time): return try put(off: due, until: time, mayHaveArrived: false)
        case .unknown(let time): return try put(off: due, until: time, mayHaveArrived: true)
        case .ended(let end): return try self.end(due, end, now: now)
        case .arrived: return try moveOn(due, orEnd: .sent, now: now)
        case .skipped(let end): return try moveOn(due, orEnd: end, now: now)
        }
    }

    /// Puts off what else waits to be sent by a bot that may send nothing.
    /// - Throws: `SQLError`.
    package func putOff(boxID: Box.ID, customerID: Customer.ID, until time: Timestamp) throws {
        try transaction.execute(
            """
            UPDATE reminders SET try_at = ?3
            WHERE box_id = ?1 AND customer_id = ?2 AND ended_at IS NULL AND begun_at IS NULL AND try_at < ?3
            """, [.text(boxID.rawValue), .text(customerID.rawValue), .integer(time.milliseconds)])
    }

    private func put(off due: DueReminder, until time: Timestamp, mayHaveArrived: Bool) throws -> Timestamp? {
        // What may have arrived once stays so.
        let begunAt = mayHaveArrived || due.mayHaveArrived ? due.begunAt : nil
        let changed = try transaction.execute(
            "UPDATE reminders SET try_at = ?3, begun_at = ?4 WHERE id = ?1 AND begun_at = ?2 AND ended_at IS NULL",
            [
                .text(due.reminder.id.rawValue), .integer(due.begunAt.milliseconds), .integer(time.milliseconds),
                SQLValue(begunAt),
            ])
        return changed == 1 ? time : nil
    }

    private func moveOn(_ due: DueReminder, orEnd end: Reminder.End, now: Timestamp) throws -> Timestamp? {
        let reminder = due.reminder
        // The owner may have moved since.
        let zone = try BoxStore(transaction).find(reminder.boxID, customerID: reminder.customerID)?.zone ?? due.box.zone
        guard let next = reminder.repetition.nextOccurrence(after: reminder.localTime, now: now, in: zone) else {
            return try self.end(due, end, now: now)
        }
        let moment = next.moment(in: zone)
        let changed = try transaction.execute(
            """
            UPDATE reminders SET local_time = ?3, occurs_at = ?4, try_at = ?4, begun_at = NULL
            WHERE id = ?1 AND begun_at = ?2 AND ended_at IS NULL
            """,
            [
                .text(reminder.id.rawValue), .integer(due.begunAt.milliseconds), .text(next.description),
                .integer(moment.milliseconds),
            ])
        return changed == 1 ? moment : nil
    }

    private func end(_ due: DueReminder, _ end: Reminder.End, now: Timestamp) throws -> Timestamp? {
        try transaction.execute(
            """
            UPDATE reminders SET ended_at = ?3, end_reason = ?4, begun_at = NULL
            WHERE id = ?1 AND begun_at = ?2 AND ended_at IS NULL
            """,
            [
                .text(due.reminder.id.rawValue), .integer(due.begunAt.milliseconds), .integer(now.milliseconds),
                .text(end.rawValue),
            ])
        return nil
    }
}
