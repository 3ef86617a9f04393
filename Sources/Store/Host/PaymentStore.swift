package import Core
package import SQL

/// The money that has moved, as Stripe's events told it. Kept for good: it proves the bills.
package struct PaymentStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// Writes a payment down once.
    /// - Throws: `SQLError`.
    package func insert(_ payment: Payment) throws {
        try transaction.execute(
            """
            INSERT INTO payments (id, kind, stripe_customer_id, reference, amount, currency, paid_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING
            """,
            [
                .text(payment.id), .text(payment.kind.rawValue), SQLValue(payment.stripeCustomerID),
                SQLValue(payment.reference), .integer(payment.amount), .text(payment.currency),
                .integer(payment.paidAt.milliseconds),
            ])
    }

    /// A refund's event doesn't say whose it is; that comes with its charge. One that failed has moved no money.
    /// - Throws: `SQLError`.
    package func settle(refund id: String, stripeCustomerID: String, hasFailed: Bool) throws {
        if hasFailed {
            try transaction.execute("DELETE FROM payments WHERE id = ?1", [.text(id)])
        } else {
            try transaction.execute(
                "UPDATE payments SET stripe_customer_id = ?2 WHERE id = ?1", [.text(id), .text(stripeCustomerID)])
        }
    }

    /// A payment with whose it is; `nil` where no customer of ours has that name at Stripe.
    package struct Entry: Sendable, Hashable {
        package let payment: Payment
        package let customerID: Customer.ID?
        package let email: String?
    }

    /// Those from one moment until before another, the oldest first.
    /// - Parameter customerID: only theirs.
    /// - Throws: `SQLError`.
    package func all(from start: Timestamp, to end: Timestamp, customerID: Customer.ID? = nil) throws -> [Entry] {
        let only = customerID == nil ? "" : "AND c.id = ?3"
        return try transaction.query(
            """
            SELECT p.*, c.id AS customer, c.email FROM payments p
            LEFT JOIN customers c ON c.stripe_customer_id = p.stripe_customer_id
            WHERE p.paid_at >= ?1 AND p.paid_at < ?2 \(only) ORDER BY p.paid_at, p.id
            """,
            [.integer(start.milliseconds), .integer(end.milliseconds)] + (customerID.map { [.text($0.rawValue)] } ?? [])
        ).map { row in
            Entry(
                payment: Payment(
                    id: try row.text("id"), kind: try row.value("kind"),
                    stripeCustomerID: try row.optionalText("stripe_customer_id"),
                    reference: try row.optionalText("reference"), amount: try row.integer("amount"),
                    currency: try row.text("currency"), paidAt: try row.time("paid_at")),
                customerID: try row.optionalText("customer").flatMap { Identifier($0) },
                email: try row.optionalText("email"))
        }
    }
}
