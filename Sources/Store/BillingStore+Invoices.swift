package import Core
package import SQL

/// Invoices, and what customers have been told.
extension BillingStore {
    /// Inserts the invoice, or overwrites what is stored of it.
    /// - Throws: `SQLError`.
    package func upsert(_ invoice: Invoice) throws {
        try transaction.execute(
            """
            INSERT INTO invoices (id, customer_id, subscription_id, number, status, tier, total, paid, refunded, currency, url,
                pdf_url, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            ON CONFLICT (id) DO UPDATE SET number = excluded.number, status = excluded.status, tier = excluded.tier,
                total = excluded.total, paid = excluded.paid, refunded = excluded.refunded, url = excluded.url,
                pdf_url = excluded.pdf_url
            """,
            [
                .text(invoice.id), .text(invoice.customerID.rawValue), .text(invoice.subscriptionID.rawValue),
                SQLValue(invoice.number), .text(invoice.status), SQLValue(invoice.tier?.rawValue), SQLValue(invoice.total),
                SQLValue(invoice.paid), SQLValue(invoice.refunded), .text(invoice.currency), SQLValue(invoice.url),
                SQLValue(invoice.pdfURL), .integer(invoice.createdAt.milliseconds),
            ])
    }

    /// The customer's invoices, the youngest first; drafts aren't among them.
    /// - Throws: `SQLError`.
    package func invoices(customerID: Customer.ID) throws -> [Invoice] {
        try transaction.query(
            "SELECT * FROM invoices WHERE customer_id = ?1 AND status <> 'draft' ORDER BY created_at DESC, id DESC",
            [.text(customerID.rawValue)]
        ).map(Invoice.init(row:))
    }

    /// When the first invoice of a subscription that was paid was made.
    /// - Throws: `SQLError`.
    package func firstPayment(_ id: Subscription.ID, customerID: Customer.ID) throws -> Timestamp? {
        try transaction.first(
            """
            SELECT created_at FROM invoices WHERE subscription_id = ?1 AND customer_id = ?2 AND status = 'paid'
            ORDER BY created_at LIMIT 1
            """, [.text(id.rawValue), .text(customerID.rawValue)]
        ).map { try $0.time("created_at") }
    }

    /// - Parameter id: `in_…`
    /// - Throws: `SQLError`.
    package func invoice(_ id: String, customerID: Customer.ID) throws -> Invoice? {
        try transaction.first(
            "SELECT * FROM invoices WHERE id = ?1 AND customer_id = ?2", [.text(id), .text(customerID.rawValue)]
        ).map(Invoice.init(row:))
    }

    // MARK: Notices

    /// The keys of all that the customer, or the host about them, has been told.
    /// - Throws: `SQLError`.
    package func told(_ customerID: Customer.ID) throws -> Set<String> {
        Set(
            try transaction.query("SELECT notice FROM notices WHERE customer_id = ?1", [.text(customerID.rawValue)])
                .map { try $0.text("notice") })
    }

    /// - Returns: whether this hasn't been told before.
    /// - Throws: `SQLError`.
    package func tell(_ key: String, customerID: Customer.ID, now: Timestamp) throws -> Bool {
        try transaction.execute(
            "INSERT INTO notices (customer_id, notice, told_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            [.text(customerID.rawValue), .text(key), .integer(now.milliseconds)]) == 1
    }

    /// Takes back that something was told, once it is certain that it wasn't.
    /// - Throws: `SQLError`.
    package func untell(_ key: String, customerID: Customer.ID) throws {
        try transaction.execute(
            "DELETE FROM notices WHERE customer_id = ?1 AND notice = ?2", [.text(customerID.rawValue), .text(key)])
    }

    /// The use of one customer's present period.
    package struct Use: Sendable, Hashable {
        package let customerID: Customer.ID
        package let boxID: Box.ID
        package let periodStart: Timestamp
        /// Of the limit, rounded down; 100 from where the proxy calls the month used up: less than a hundredth is left.
        package let percent: Int
    }

    /// Whose running agent has used half of its period or more, and who haven't been told the last of it.
    /// - Throws: `SQLError`.
    package func untoldUse(now: Timestamp) throws -> [Use] {
        try transaction.query(
            """
            SELECT q.customer_id, b.id AS box_id, q.period_start, q.used, q.token_limit
            FROM quotas q JOIN boxes b ON b.customer_id = q.customer_id AND b.desired = 'running'
            WHERE q.period_start <= ?1 AND q.period_end > ?1 AND q.token_limit > 0 AND q.used * 2 >= q.token_limit
                AND b.bot_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM notices n
                    WHERE n.customer_id = q.customer_id AND n.notice = 'usage_100/' || CAST(q.period_start AS text))
            ORDER BY q.customer_id
            """, [.integer(now.milliseconds)]
        ).map { row in
            let percent = try row.integer("used") * 100 / row.integer("token_limit")
            return Use(
                customerID: try row.id("customer_id"), boxID: try row.id("box_id"),
                periodStart: try row.time("period_start"), percent: percent >= 99 ? 100 : Int(percent))
        }
    }
}

extension Invoice {
    init(row: Row) throws {
        self.init(
            id: try row.text("id"), customerID: try row.id("customer_id"), subscriptionID: try row.id("subscription_id"),
            number: try row.optionalText("number"), status: try row.text("status"), tier: try row.optionalValue("tier"),
            total: Int(try row.integer("total")), paid: Int(try row.integer("paid")),
            refunded: Int(try row.integer("refunded")), currency: try row.text("currency"),
            url: try row.optionalText("url"), pdfURL: try row.optionalText("pdf_url"),
            createdAt: try row.time("created_at"))
    }
}
