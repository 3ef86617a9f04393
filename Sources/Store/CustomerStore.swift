package import Core
package import SQL

/// Customers, and the browser sessions and magic links that prove who they are.
package struct CustomerStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `SQLError`.
    package func insert(_ customer: Customer) throws {
        try transaction.execute(
            "INSERT INTO customers (id, email, language, stripe_customer_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            [
                .text(customer.id.rawValue), SQLValue(customer.email), .text(customer.language.rawValue),
                SQLValue(customer.stripeCustomerID), .integer(customer.createdAt.milliseconds),
            ])
    }

    /// - Throws: `SQLError`.
    package func find(_ id: Customer.ID) throws -> Customer? {
        try transaction.first("SELECT * FROM customers WHERE id = ?1", [.text(id.rawValue)]).map(Customer.init(row:))
    }

    /// - Parameter stripeCustomerID: `cus_…`
    /// - Throws: `SQLError`.
    package func find(stripeCustomerID: String) throws -> Customer? {
        try transaction.first("SELECT * FROM customers WHERE stripe_customer_id = ?1", [.text(stripeCustomerID)])
            .map(Customer.init(row:))
    }

    /// Everyone who gave this address, the oldest account first. Nobody's address is verified by being here.
    /// - Throws: `SQLError`.
    package func all(email: String) throws -> [Customer] {
        try transaction.query("SELECT * FROM customers WHERE email = ?1 ORDER BY id", [.text(email)])
            .map(Customer.init(row:))
    }

    /// Remembers that the customer reads the mails that go to their address.
    /// - Returns: whether that wasn't known before.
    /// - Throws: `SQLError`.
    package func proveEmail(_ id: Customer.ID, now: Timestamp) throws -> Bool {
        try transaction.execute(
            "UPDATE customers SET email_proved_at = ?2 WHERE id = ?1 AND email_proved_at IS NULL",
            [.text(id.rawValue), .integer(now.milliseconds)]) == 1
    }

    /// Writes the fields that can change: address, language, Stripe's id. Another address is one that nobody has proved.
    /// - Throws: `SQLError`.
    package func update(_ customer: Customer) throws {
        try transaction.execute(
            """
            UPDATE customers SET email_proved_at = CASE WHEN email = ?2 THEN email_proved_at END, email = ?2, language = ?3,
                stripe_customer_id = ?4
            WHERE id = ?1
            """,
            [
                .text(customer.id.rawValue), SQLValue(customer.email), .text(customer.language.rawValue),
                SQLValue(customer.stripeCustomerID),
            ])
    }

    // MARK: Sessions

    /// - Parameters:
    ///   - tokenHash: SHA-256 of the cookie's value, in hex.
    ///   - device: such as `Firefox, Linux`.
    ///   - sentBy: where the link was sent to that began it; `nil` if none did.
    /// - Throws: `SQLError`.
    package func insertSession(
        tokenHash: String, customerID: Customer.ID, now: Timestamp, expiresAt: Timestamp, device: String = "",
        sentBy: MagicLink.Way? = nil
    ) throws {
        try transaction.execute(
            """
            INSERT INTO sessions (token_hash, customer_id, created_at, expires_at, device, opened_by)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """,
            [
                .text(tokenHash), .text(customerID.rawValue), .integer(now.milliseconds), .integer(expiresAt.milliseconds),
                .text(device), .text(sentBy?.rawValue ?? ""),
            ])
    }

    /// - Returns: whose session it is, unless it has expired or been ended.
    /// - Throws: `SQLError`.
    package func customer(sessionHash: String, now: Timestamp) throws -> Customer? {
        try transaction.first(
            """
            SELECT c.* FROM sessions s JOIN customers c ON c.id = s.customer_id
            WHERE s.token_hash = ?1 AND s.expires_at > ?2
            """, [.text(sessionHash), .integer(now.milliseconds)]
        ).map(Customer.init(row:))
    }

    /// - Throws: `SQLError`.
    package func endSession(tokenHash: String) throws {
        try transaction.execute("DELETE FROM sessions WHERE token_hash = ?1", [.text(tokenHash)])
    }

    /// Signs every browser out, and drops a change of address that is under way: one of them may have asked for it.
    /// - Throws: `SQLError`.
    package func endSessions(of customerID: Customer.ID) throws {
        for table in ["sessions", "email_changes"] {
            try transaction.execute("DELETE FROM \(table) WHERE customer_id = ?1", [.text(customerID.rawValue)])
        }
    }

    /// Ends what links that were sent to a Telegram account let in, and the links: the account turned out to be somebody else's.
    /// - Throws: `SQLError`.
    package func endAccessByTelegram(to customerID: Customer.ID) throws {
        for (table, column) in [("sessions", "opened_by"), ("magic_links", "sent_by")] {
            try transaction.execute(
                "DELETE FROM \(table) WHERE customer_id = ?1 AND \(column) = ?2",
                [.text(customerID.rawValue), .text(MagicLink.Way.telegram.rawValue)])
        }
    }

    /// Ends all that lets somebody into the account but a link to its address: browsers, programs, a change of address.
    /// - Throws: `SQLError`.
    package func endAccess(to customerID: Customer.ID) throws {
        try endSessions(of: customerID)
        try transaction.execute("DELETE FROM api_tokens WHERE customer_id = ?1", [.text(customerID.rawValue)])
    }

    /// - Throws: `SQLError`.
    package func deleteExpired(now: Timestamp) throws {
        try transaction.execute("DELETE FROM sessions WHERE expires_at <= ?1", [.integer(now.milliseconds)])
        for table in ["magic_links", "email_changes", "exports"] {
            try transaction.execute("DELETE FROM \(table) WHERE expires_at <= ?1", [.integer(now.milliseconds)])
        }
    }

    // MARK: Magic links

    /// - Parameter tokenHash: SHA-256 of the link's token, in hex.
    /// - Throws: `SQLError`.
    package func insertMagicLink(
        tokenHash: String, customerID: Customer.ID, sentBy: MagicLink.Way = .mail, now: Timestamp, expiresAt: Timestamp
    ) throws {
        try transaction.execute(
            "INSERT INTO magic_links (token_hash, customer_id, created_at, expires_at, sent_by) VALUES (?1, ?2, ?3, ?4, ?5)",
            [
                .text(tokenHash), .text(customerID.rawValue), .integer(now.milliseconds), .integer(expiresAt.milliseconds),
                .text(sentBy.rawValue),
            ])
    }

    /// Uses a link up.
    /// - Returns: `nil` if it is unknown, expired or was used before.
    /// - Throws: `SQLError`.
    package func consumeMagicLink(tokenHash: String, now: Timestamp) throws -> MagicLink? {
        try transaction.first(
            """
            UPDATE magic_links SET used_at = ?2
            WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?2 RETURNING customer_id, sent_by
            """, [.text(tokenHash), .integer(now.milliseconds)]
        ).map(MagicLink.init(row:))
    }

    /// - Returns: the link, used up or not, until it is forgotten.
    /// - Throws: `SQLError`.
    package func magicLink(tokenHash: String) throws -> MagicLink? {
        try transaction.first(
            "SELECT customer_id, sent_by FROM magic_links WHERE token_hash = ?1", [.text(tokenHash)]
        ).map(MagicLink.init(row:))
    }

    /// - Returns: whether the link could still be used.
    /// - Throws: `SQLError`.
    package func magicLinkIsOpen(tokenHash: String, now: Timestamp) throws -> Bool {
        try transaction.first(
            "SELECT 1 AS open FROM magic_links WHERE token_hash = ?1 AND used_at IS NULL AND expires_at > ?2",
            [.text(tokenHash), .integer(now.milliseconds)]) != nil
    }
}

extension MagicLink {
    init(row: Row) throws {
        self.init(customerID: try row.id("customer_id"), sentBy: try row.value("sent_by"))
    }
}

extension Customer {
    init(row: Row) throws {
        self.init(
            id: try row.id("id"), email: try row.optionalText("email"),
            emailProvedAt: try row.optionalTime("email_proved_at"), language: try row.value("language"),
            stripeCustomerID: try row.optionalText("stripe_customer_id"), createdAt: try row.time("created_at"))
    }
}
