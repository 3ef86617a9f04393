package import Core
package import SQL

/// The reminders as their owners see them; ``ReminderStore/claim(limit:now:)`` and what follows it sends them.
package struct ReminderStore {
    let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// Adds a reminder to the customer's box.
    /// - Parameters:
    ///   - localTime: of the first occurrence.
    ///   - limit: how many may wait at a time.
    /// - Returns: the reminder, with its number and the moment at which it comes.
    /// - Throws: `SQLError`; ``DomainError`` with the code `too_many_reminders`, or `box_not_found` if the customer has no
    ///   such box.
    package func insert(
        id: Reminder.ID, customerID: Customer.ID, boxID: Box.ID, text: String, repetition: Reminder.Repetition,
        localTime: LocalTime, limit: Int, now: Timestamp
    ) throws -> Reminder {
        guard let box = try BoxStore(transaction).find(boxID, customerID: customerID) else {
            throw DomainError(.notFound, code: "box_not_found", "There is no such agent.")
        }
        let counts = try transaction.first(
            """
            SELECT count(*) - count(ended_at) AS waiting, coalesce(max(number), 0) AS last FROM reminders
            WHERE box_id = ?1 AND customer_id = ?2
            """, [.text(boxID.rawValue), .text(customerID.rawValue)])
        guard try (counts?.integer("waiting") ?? 0) < limit else {
            throw DomainError(
                .limited, code: "too_many_reminders",
                "\(limit) reminders are waiting, and the plan has no more. Cancel one first.")
        }
        let reminder = Reminder(
            id: id, customerID: customerID, boxID: boxID, number: try (counts?.integer("last") ?? 0) + 1, text: text,
            repetition: repetition, localTime: localTime, occursAt: localTime.moment(in: box.zone))
        try transaction.execute(
            """
            INSERT INTO reminders (id, customer_id, box_id, number, body, repeats, local_time, occurs_at, try_at, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)
            """,
            [
                .text(id.rawValue), .text(customerID.rawValue), .text(boxID.rawValue), .integer(reminder.number),
                .text(text), .text(repetition.rawValue), .text(localTime.description),
                .integer(reminder.occursAt.milliseconds), .integer(now.milliseconds),
            ])
        return reminder
    }

    /// Those of a box that wait, the next one first.
    /// - Throws: `SQLError`.
    package func waiting(boxID: Box.ID, customerID: Customer.ID) throws -> [Reminder] {
        try transaction.query(
            """
            SELECT * FROM reminders WHERE box_id = ?1 AND customer_id = ?2 AND ended_at IS NULL ORDER BY occurs_at, number
            """, [.text(boxID.rawValue), .text(customerID.rawValue)]
        ).map(Reminder.init(row:))
    }

    /// Those of a box that ended without having come, the last one first.
    /// - Throws: `SQLError`.
    package func failed(boxID: Box.ID, customerID: Customer.ID) throws -> [Reminder] {
        try transaction.query(
            """
            SELECT * FROM reminders WHERE box_id = ?1 AND customer_id = ?2
                AND end_reason IN ('refused', 'undelivered', 'suspended')
            ORDER BY ended_at DESC, id DESC
            """, [.text(boxID.rawValue), .text(customerID.rawValue)]
        ).map(Reminder.init(row:))
    }

    /// - Returns: the reminder, if it was waiting.
    /// - Throws: `SQLError`.
    package func cancel(_ id: Reminder.ID, customerID: Customer.ID, now: Timestamp) throws -> Reminder? {
        try transaction.first(
            """
            UPDATE reminders SET ended_at = ?3, end_reason = 'cancelled'
            WHERE id = ?1 AND customer_id = ?2 AND ended_at IS NULL RETURNING *
            """, [.text(id.rawValue), .text(customerID.rawValue), .integer(now.milliseconds)]
        ).map(Reminder.init(row:))
    }

    /// Gives a box its owner's time zone. What waits keeps the time that the clock on the wall shows; what is past there comes
    /// at once.
    /// - Parameter zone: a name that `TimeZone.named` knows.
    /// - Returns: the reminders that wait, as they come now.
    /// - Throws: `SQLError`.
    package func setTimeZone(_ zone: String, boxID: Box.ID, customerID: Customer.ID) throws -> [Reminder] {
        guard let box = try BoxStore(transaction).setTimeZone(zone, of: boxID, customerID: customerID) else { return [] }
        for reminder in try waiting(boxID: boxID, customerID: customerID) {
            // One that is being sent finds its next occurrence in the new zone by itself.
            try transaction.execute(
                """
                UPDATE reminders SET occurs_at = ?3, try_at = ?3
                WHERE id = ?1 AND customer_id = ?2 AND begun_at IS NULL AND ended_at IS NULL
                """,
                [
                    .text(reminder.id.rawValue), .text(customerID.rawValue),
                    .integer(reminder.localTime.moment(in: box.zone).milliseconds),
                ])
        }
        return try waiting(boxID: boxID, customerID: customerID)
    }
}

extension Reminder {
    init(row: Row) throws {
        guard let localTime = LocalTime(try row.text("local_time")) else { throw SQLError.unexpectedValue("local_time") }
        self.init(
            id: try row.id("id"), customerID: try row.id("customer_id"), boxID: try row.id("box_id"),
            number: try row.integer("number"), text: try row.text("body"), repetition: try row.value("repeats"),
            localTime: localTime, occursAt: try row.time("occurs_at"), endedAt: try row.optionalTime("ended_at"),
            end: try row.optionalValue("end_reason"))
    }
}
