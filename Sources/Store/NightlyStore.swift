package import Core
package import SQL

/// Which boxes' states are to be saved tonight.
package struct NightlyStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// Boxes that are meant to run and have run, and whose night hasn't been planned.
    /// - Throws: `SQLError`.
    package func unplanned(limit: Int64) throws -> [Box] {
        try transaction.query(
            """
            SELECT * FROM boxes WHERE nightly_at IS NULL AND desired = 'running' AND ready_at IS NOT NULL
            ORDER BY id LIMIT ?1
            """, [.integer(limit)]
        ).map(Box.init(row:))
    }

    /// Those whose moment has come, or has gone by unused; the one that waits for longest first.
    /// - Throws: `SQLError`.
    package func due(now: Timestamp, limit: Int64) throws -> [Box] {
        try transaction.query(
            """
            SELECT * FROM boxes WHERE nightly_at <= ?1 AND desired = 'running' AND ready_at IS NOT NULL
            ORDER BY nightly_at, id LIMIT ?2
            """, [.integer(now.milliseconds), .integer(limit)]
        ).map(Box.init(row:))
    }

    /// - Throws: `SQLError`.
    package func plan(_ box: Box, at time: Timestamp) throws {
        try transaction.execute(
            "UPDATE boxes SET nightly_at = ?3 WHERE id = ?1 AND customer_id = ?2",
            [.text(box.id.rawValue), .text(box.customerID.rawValue), .integer(time.milliseconds)])
    }

    /// How many backups are being made, whatever for.
    /// - Throws: `SQLError`.
    package func running() throws -> Int64 {
        try transaction.first("SELECT count(*) AS n FROM backups WHERE state = 'running'", [])?.integer("n") ?? 0
    }

    /// The box's nightly backups, the youngest first.
    /// - Throws: `SQLError`.
    package func backups(boxID: Box.ID, customerID: Customer.ID) throws -> [Backup] {
        try transaction.query(
            """
            SELECT * FROM backups WHERE box_id = ?1 AND customer_id = ?2 AND reason = 'nightly'
            ORDER BY created_at DESC, id DESC
            """, [.text(boxID.rawValue), .text(customerID.rawValue)]
        ).map(Backup.init(row:))
    }
}
