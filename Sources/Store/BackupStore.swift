package import Core
package import SQL

/// The backups of agents' states: what was saved, when, and where it lies.
package struct BackupStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `SQLError`; `.uniqueViolation` if another backup of the box is being made.
    package func insert(_ backup: Backup) throws {
        try transaction.execute(
            """
            INSERT INTO backups (id, customer_id, box_id, reason, generation, image, object_key, state, detail, size,
                created_at, ended_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """,
            [
                .text(backup.id.rawValue), .text(backup.customerID.rawValue), .text(backup.boxID.rawValue),
                .text(backup.reason.rawValue), .integer(backup.generation), SQLValue(backup.image), .text(backup.objectKey),
                .text(backup.state.rawValue), SQLValue(backup.detail), SQLValue(backup.size),
                .integer(backup.createdAt.milliseconds), SQLValue(backup.endedAt),
            ])
    }

    /// - Throws: `SQLError`.
    package func find(_ id: Backup.ID, customerID: Customer.ID) throws -> Backup? {
        try transaction.first(
            "SELECT * FROM backups WHERE id = ?1 AND customer_id = ?2", [.text(id.rawValue), .text(customerID.rawValue)]
        ).map(Backup.init(row:))
    }

    /// The one that is being made of the box.
    /// - Throws: `SQLError`.
    package func running(boxID: Box.ID, customerID: Customer.ID) throws -> Backup? {
        try transaction.first(
            "SELECT * FROM backups WHERE box_id = ?1 AND customer_id = ?2 AND state = 'running'",
            [.text(boxID.rawValue), .text(customerID.rawValue)]
        ).map(Backup.init(row:))
    }

    /// Those that were made, or tried, before one generation of the box was made real, the oldest first.
    /// - Throws: `SQLError`.
    package func attempts(
        for reason: Backup.Reason, generation: Int64, boxID: Box.ID, customerID: Customer.ID
    ) throws -> [Backup] {
        try transaction.query(
            """
            SELECT * FROM backups WHERE box_id = ?1 AND customer_id = ?2 AND reason = ?3 AND generation = ?4
            ORDER BY created_at, id
            """,
            [.text(boxID.rawValue), .text(customerID.rawValue), .text(reason.rawValue), .integer(generation)]
        ).map(Backup.init(row:))
    }

    /// All of the customer's, of every box that they have had, the youngest first.
    /// - Throws: `SQLError`.
    package func all(customerID: Customer.ID) throws -> [Backup] {
        try transaction.query(
            "SELECT * FROM backups WHERE customer_id = ?1 ORDER BY created_at DESC, id DESC", [.text(customerID.rawValue)]
        ).map(Backup.init(row:))
    }

    /// Backups of deleted boxes that aren't their nights', and are older than ``Retention/lastBackups``.
    /// - Throws: `SQLError`.
    package func old(now: Timestamp) throws -> [Backup] {
        try transaction.query(
            """
            SELECT k.* FROM backups k JOIN boxes b ON b.id = k.box_id
            WHERE b.desired = 'deleted' AND b.status = 'deleted' AND k.reason <> 'nightly' AND k.state <> 'running'
                AND k.created_at < ?1
            ORDER BY k.id
            """, [.integer((now - Retention.lastBackups.duration).milliseconds)]
        ).map(Backup.init(row:))
    }

    /// Forgets a backup that isn't being made, and that it was ever put back.
    /// - Throws: `SQLError`.
    package func delete(_ backup: Backup) throws {
        let parameters: [SQLValue] = [.text(backup.id.rawValue), .text(backup.customerID.rawValue)]
        try transaction.execute("DELETE FROM restores WHERE backup_id = ?1 AND customer_id = ?2", parameters)
        try transaction.execute(
            "DELETE FROM backups WHERE id = ?1 AND customer_id = ?2 AND state <> 'running'", parameters)
    }

    /// Notes which image saves the state.
    /// - Throws: `SQLError`.
    package func begin(_ backup: Backup, image: String) throws {
        try transaction.execute(
            "UPDATE backups SET image = ?3 WHERE id = ?1 AND customer_id = ?2 AND state = 'running'",
            [.text(backup.id.rawValue), .text(backup.customerID.rawValue), .text(image)])
    }

    /// Writes how a backup has ended.
    /// - Parameters:
    ///   - failure: why it failed; `nil` if it was made.
    ///   - size: bytes, where they are known.
    /// - Returns: as it stands now; `nil` if it has ended before.
    /// - Throws: `SQLError`.
    package func end(_ backup: Backup, failure: String?, size: Int64? = nil, at time: Timestamp) throws -> Backup? {
        try transaction.first(
            """
            UPDATE backups SET state = ?3, detail = ?4, size = ?5, ended_at = ?6
            WHERE id = ?1 AND customer_id = ?2 AND state = 'running' RETURNING *
            """,
            [
                .text(backup.id.rawValue), .text(backup.customerID.rawValue),
                .text((failure == nil ? Backup.State.done : .failed).rawValue), SQLValue(failure), SQLValue(size),
                .integer(time.milliseconds),
            ]
        ).map(Backup.init(row:))
    }
}

extension Backup {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), customerID: try row.id("customer_id"), boxID: try row.id("box_id"),
            reason: try row.value("reason"), generation: try row.integer("generation"),
            image: try row.optionalText("image"), objectKey: try row.text("object_key"), state: try row.value("state"),
            detail: try row.optionalText("detail"), size: try row.optionalInteger("size"),
            createdAt: try row.time("created_at"), endedAt: try row.optionalTime("ended_at"))
    }
}
