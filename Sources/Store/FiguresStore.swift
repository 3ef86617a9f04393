package import Core
package import SQL

/// How the business stands, counted.
package struct FiguresStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// How many boxes that aren't deleted are wanted in one state and are in another.
    package struct BoxFigure: Sendable, Hashable {
        package let desired: String
        package let status: String
        package let count: Int
    }

    /// Without those that only make a token valid: they have no bot, and the operator starts nothing for them.
    /// - Throws: `SQLError`.
    package func boxes() throws -> [BoxFigure] {
        try transaction.query(
            """
            SELECT desired, status, count(*) AS boxes FROM boxes
            WHERE NOT (desired = 'deleted' AND status = 'deleted') AND (bot_id IS NOT NULL OR desired <> 'running')
            GROUP BY desired, status
            """, []
        ).map {
            BoxFigure(
                desired: try $0.text("desired"), status: try $0.text("status"), count: Int(try $0.integer("boxes")))
        }
    }

    /// Stripe's events that nobody has handled yet, and when the first of them came.
    /// - Throws: `SQLError`.
    package func unhandledEvents() throws -> (count: Int, since: Timestamp?) {
        let row = try transaction.first(
            "SELECT count(*) AS events, min(received_at) AS since FROM stripe_events WHERE handled_at IS NULL", [])
        return (
            Int(try row?.integer("events") ?? 0),
            try row?.optionalInteger("since").map { Timestamp(milliseconds: $0) }
        )
    }

    /// Subscriptions by Stripe's word for their state.
    /// - Throws: `SQLError`.
    package func subscriptions() throws -> [String: Int] {
        let rows = try transaction.query(
            "SELECT status, count(*) AS subscriptions FROM subscriptions WHERE ended_at IS NULL GROUP BY status", [])
        return Dictionary(
            try rows.map { (try $0.text("status"), Int(try $0.integer("subscriptions"))) }, uniquingKeysWith: +)
    }

    /// Payment pages that were opened since then: all, and those paid.
    /// - Throws: `SQLError`.
    package func checkouts(since: Timestamp) throws -> (opened: Int, paid: Int) {
        let row = try transaction.first(
            "SELECT count(*) AS opened, count(completed_at) AS paid FROM checkouts WHERE created_at >= ?1",
            [.integer(since.milliseconds)])
        return (Int(try row?.integer("opened") ?? 0), Int(try row?.integer("paid") ?? 0))
    }
}
