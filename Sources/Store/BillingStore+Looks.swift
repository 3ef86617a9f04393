package import Core
import SQL

/// Looking at Stripe for what no webhook has told.
extension BillingStore {
    /// When Stripe's events were asked for last.
    /// - Throws: `SQLError`.
    package func lastLook() throws -> Timestamp? {
        try transaction.first("SELECT looked_at FROM stripe_looks WHERE subject = 'events'", [])?.time("looked_at")
    }

    /// - Throws: `SQLError`.
    package func noteLook(_ time: Timestamp) throws {
        try transaction.execute(
            """
            INSERT INTO stripe_looks (subject, looked_at) VALUES ('events', ?1)
            ON CONFLICT (subject) DO UPDATE SET looked_at = excluded.looked_at
            """, [.integer(time.milliseconds)])
    }

    /// Those of the events that were never stored, in the order in which they are named.
    /// - Throws: `SQLError`.
    package func unknownEvents(among ids: [String]) throws -> [String] {
        try ids.filter { try transaction.first("SELECT id FROM stripe_events WHERE id = ?1", [.text($0)]) == nil }
    }

    /// Checkouts, of every customer, with a page at Stripe of whose end nothing was heard, 100 at most.
    /// - Throws: `SQLError`.
    package func unheardCheckouts(after id: Checkout.ID?) throws -> [Checkout] {
        try transaction.query(
            """
            SELECT * FROM checkouts
            WHERE stripe_session_id IS NOT NULL AND completed_at IS NULL AND session_ended_at IS NULL AND id > ?1
            ORDER BY id LIMIT 100
            """, [.text(id?.rawValue ?? "")]
        ).map(Checkout.init(row:))
    }

    /// Has nobody ask for the page again, unless the checkout has another one by now.
    /// - Parameter session: `cs_…`
    /// - Throws: `SQLError`.
    package func noteEnd(ofSession session: String, of checkout: Checkout, at now: Timestamp) throws {
        try transaction.execute(
            "UPDATE checkouts SET session_ended_at = ?4 WHERE id = ?1 AND customer_id = ?2 AND stripe_session_id = ?3",
            [
                .text(checkout.id.rawValue), .text(checkout.customerID.rawValue), .text(session),
                .integer(now.milliseconds),
            ])
    }
}
