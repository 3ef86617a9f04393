package import Core
package import SQL

/// What customers do with their accounts: the browsers that are signed in, a new address, an export, the end of it all.
package struct AccountStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    // MARK: Sessions

    private static let handleLength = 16

    /// How a session is named among the customer's own.
    package static func handle(tokenHash: String) -> String { String(tokenHash.prefix(handleLength)) }

    /// Those that haven't expired, the youngest first.
    /// - Throws: `SQLError`.
    package func sessions(of customerID: Customer.ID, now: Timestamp) throws -> [Session] {
        try transaction.query(
            """
            SELECT token_hash, device, created_at, expires_at FROM sessions WHERE customer_id = ?1 AND expires_at > ?2
            ORDER BY created_at DESC, token_hash
            """, [.text(customerID.rawValue), .integer(now.milliseconds)]
        ).map { row in
            Session(
                handle: Self.handle(tokenHash: try row.text("token_hash")), device: try row.text("device"),
                createdAt: try row.time("created_at"), expiresAt: try row.time("expires_at"))
        }
    }

    /// - Returns: whether there was one.
    /// - Throws: `SQLError`.
    package func endSession(handle: String, customerID: Customer.ID) throws -> Bool {
        guard handle.utf8.count == Self.handleLength, handle.utf8.allSatisfy({ $0.isHexadecimal }) else { return false }
        return try transaction.execute(
            "DELETE FROM sessions WHERE customer_id = ?1 AND token_hash LIKE ?2",
            [.text(customerID.rawValue), .text(handle + "%")]) > 0
    }

    // MARK: Addresses

    /// Asks for another address; takes the place of a change that was asked for before.
    /// - Throws: `SQLError`.
    package func requestEmail(_ email: String, of customerID: Customer.ID, now: Timestamp) throws {
        try transaction.execute("DELETE FROM email_changes WHERE customer_id = ?1", [.text(customerID.rawValue)])
        try transaction.execute(
            "INSERT INTO email_changes (customer_id, email, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
            [
                .text(customerID.rawValue), .text(email), .integer(now.milliseconds),
                .integer((now + EmailChange.lifetime).milliseconds),
            ])
    }

    /// - Throws: `SQLError`.
    package func emailChange(of customerID: Customer.ID, now: Timestamp) throws -> EmailChange? {
        try transaction.first(
            "SELECT * FROM email_changes WHERE customer_id = ?1 AND expires_at > ?2",
            [.text(customerID.rawValue), .integer(now.milliseconds)]
        ).map(EmailChange.init(row:))
    }

    /// - Parameter old: `nil` if the present address has nothing to say, as nobody has ever shown that it is theirs.
    /// - Throws: `SQLError`.
    package func setTokens(new: String, old: String?, of customerID: Customer.ID, now: Timestamp) throws {
        try transaction.execute(
            """
            UPDATE email_changes SET new_token_hash = ?2, old_token_hash = ?3,
                old_confirmed_at = CASE WHEN ?3 IS NULL THEN ?4 ELSE old_confirmed_at END
            WHERE customer_id = ?1
            """, [.text(customerID.rawValue), .text(new), SQLValue(old), .integer(now.milliseconds)])
    }

    /// - Returns: the change that the token belongs to; `nil` if it is unknown or has expired.
    /// - Throws: `SQLError`.
    package func emailChange(tokenHash: String, now: Timestamp) throws -> EmailChange? {
        try transaction.first(
            "SELECT * FROM email_changes WHERE (new_token_hash = ?1 OR old_token_hash = ?1) AND expires_at > ?2",
            [.text(tokenHash), .integer(now.milliseconds)]
        ).map(EmailChange.init(row:))
    }

    /// Records the consent given by a mail to one of the addresses. With the consent of both, the account has the new one.
    /// - Returns: the change as it stands now; `nil` if the token is unknown or has expired.
    /// - Throws: `SQLError`.
    package func confirmEmail(tokenHash: String, now: Timestamp) throws -> EmailChange? {
        let change = try transaction.first(
            """
            UPDATE email_changes SET
                new_confirmed_at = CASE WHEN new_token_hash = ?1 THEN coalesce(new_confirmed_at, ?2) ELSE new_confirmed_at END,
                old_confirmed_at = CASE WHEN old_token_hash = ?1 THEN coalesce(old_confirmed_at, ?2) ELSE old_confirmed_at END
            WHERE (new_token_hash = ?1 OR old_token_hash = ?1) AND expires_at > ?2 RETURNING *
            """, [.text(tokenHash), .integer(now.milliseconds)]
        ).map(EmailChange.init(row:))
        guard let change, change.isAgreed else { return change }
        try transaction.execute(
            "UPDATE customers SET email = ?2, email_proved_at = ?3 WHERE id = ?1",
            [.text(change.customerID.rawValue), .text(change.email), .integer(now.milliseconds)])
        try transaction.execute("DELETE FROM email_changes WHERE customer_id = ?1", [.text(change.customerID.rawValue)])
        return change
    }

    // MARK: Exports

    /// - Throws: `SQLError`.
    package func insertExport(tokenHash: String, customerID: Customer.ID, now: Timestamp, expiresAt: Timestamp) throws {
        try transaction.execute(
            "DELETE FROM exports WHERE customer_id = ?1 AND expires_at <= ?2",
            [.text(customerID.rawValue), .integer(now.milliseconds)])
        try transaction.execute(
            "INSERT INTO exports (token_hash, customer_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
            [.text(tokenHash), .text(customerID.rawValue), .integer(now.milliseconds), .integer(expiresAt.milliseconds)])
    }

    /// - Throws: `SQLError`.
    package func exportIsOpen(tokenHash: String, customerID: Customer.ID, now: Timestamp) throws -> Bool {
        try transaction.first(
            "SELECT 1 AS open FROM exports WHERE token_hash = ?1 AND customer_id = ?2 AND expires_at > ?3",
            [.text(tokenHash), .text(customerID.rawValue), .integer(now.milliseconds)]) != nil
    }

    // MARK: Erasure

    /// - Returns: the one that is under way, which may be older.
    /// - Throws: `SQLError`.
    package func requestErasure(of customerID: Customer.ID, now: Timestamp) throws -> Erasure {
        if let erasure = try erasure(of: customerID) { return erasure }
        let erasure = Erasure(customerID: customerID, requestedAt: now, dueAt: now + Erasure.delay)
        try transaction.execute(
            "INSERT INTO erasures (customer_id, requested_at, due_at) VALUES (?1, ?2, ?3)",
            [
                .text(customerID.rawValue), .integer(now.milliseconds), .integer(erasure.dueAt.milliseconds),
            ])
        return erasure
    }

    /// - Throws: `SQLError`.
    package func erasure(of customerID: Customer.ID) throws -> Erasure? {
        try transaction.first("SELECT * FROM erasures WHERE customer_id = ?1", [.text(customerID.rawValue)]).map { row in
            Erasure(
                customerID: try row.id("customer_id"), requestedAt: try row.time("requested_at"),
                dueAt: try row.time("due_at"), doneAt: try row.optionalTime("done_at"))
        }
    }

    /// - Returns: whether it could still be taken back.
    /// - Throws: `SQLError`.
    package func cancelErasure(of customerID: Customer.ID, now: Timestamp) throws -> Bool {
        try transaction.execute(
            "DELETE FROM erasures WHERE customer_id = ?1 AND due_at > ?2 AND done_at IS NULL",
            [.text(customerID.rawValue), .integer(now.milliseconds)]) == 1
    }

    /// - Throws: `SQLError`.
    package func endErasure(of customerID: Customer.ID, now: Timestamp) throws {
        try transaction.execute(
            "UPDATE erasures SET done_at = ?2 WHERE customer_id = ?1",
            [.text(customerID.rawValue), .integer(now.milliseconds)])
    }
}

extension EmailChange {
    init(row: Row) throws {
        self.init(
            customerID: try row.id("customer_id"), email: try row.text("email"),
            newConfirmedAt: try row.optionalTime("new_confirmed_at"),
            oldConfirmedAt: try row.optionalTime("old_confirmed_at"), expiresAt: try row.time("expires_at"))
    }
}

extension UInt8 {
    /// Whether it is a digit of lowercase hex.
    fileprivate var isHexadecimal: Bool { (0x30...0x39).contains(self) || (0x61...0x66).contains(self) }
}
