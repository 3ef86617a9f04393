package import Core
package import SQL

/// What saved states were put, or are to be put, into boxes.
package struct RestoreStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `SQLError`; `.uniqueViolation` if another backup is being restored into the box.
    package func insert(_ restore: Restore) throws {
        try transaction.execute(
            """
            INSERT INTO restores (id, customer_id, box_id, backup_id, state, detail, created_at, ended_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """,
            [
                .text(restore.id.rawValue), .text(restore.customerID.rawValue), .text(restore.boxID.rawValue),
                .text(restore.backupID.rawValue), .text(restore.state.rawValue), SQLValue(restore.detail),
                .integer(restore.createdAt.milliseconds), SQLValue(restore.endedAt),
            ])
    }

    /// The box's last one: what it says holds for the box now.
    /// - Throws: `SQLError`.
    package func last(boxID: Box.ID, customerID: Customer.ID) throws -> Restore? {
        try transaction.first(
            "SELECT * FROM restores WHERE box_id = ?1 AND customer_id = ?2 ORDER BY created_at DESC, id DESC LIMIT 1",
            [.text(boxID.rawValue), .text(customerID.rawValue)]
        ).map(Restore.init(row:))
    }

    /// Writes how a restore has ended.
    /// - Parameter failure: why it failed; `nil` if the state is in place.
    /// - Returns: as it stands now; `nil` if it has ended before.
    /// - Throws: `SQLError`.
    package func end(_ restore: Restore, failure: String?, at time: Timestamp) throws -> Restore? {
        // A waiver counts for one restore only.
        try transaction.execute(
            """
            UPDATE boxes SET backup_waived_for = NULL
            WHERE id = ?1 AND customer_id = ?2 AND backup_waived_for = 'restore'
            """, [.text(restore.boxID.rawValue), .text(restore.customerID.rawValue)])
        return try transaction.first(
            """
            UPDATE restores SET state = ?3, detail = ?4, ended_at = ?5
            WHERE id = ?1 AND customer_id = ?2 AND state = 'running' RETURNING *
            """,
            [
                .text(restore.id.rawValue), .text(restore.customerID.rawValue),
                .text((failure == nil ? Restore.State.done : .failed).rawValue), SQLValue(failure),
                .integer(time.milliseconds),
            ]
        ).map(Restore.init(row:))
    }

    /// Lets a box whose restore has failed go on with what it has.
    /// - Returns: whether there was such a restore.
    /// - Throws: `SQLError`.
    package func abandon(_ restore: Restore) throws -> Bool {
        try transaction.execute(
            "UPDATE restores SET state = 'abandoned' WHERE id = ?1 AND customer_id = ?2 AND state = 'failed'",
            [.text(restore.id.rawValue), .text(restore.customerID.rawValue)]) > 0
    }
}

extension Restore {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), customerID: try row.id("customer_id"), boxID: try row.id("box_id"),
            backupID: try row.id("backup_id"), state: try row.value("state"), detail: try row.optionalText("detail"),
            createdAt: try row.time("created_at"), endedAt: try row.optionalTime("ended_at"))
    }
}
