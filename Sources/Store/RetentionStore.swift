package import Core
package import SQL

/// Forgets what has been kept for as long as ``Retention`` says.
package struct RetentionStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `SQLError`.
    package func apply(now: Timestamp) throws {
        // The rows stay, as the interview counts by their positions.
        try forget("UPDATE messages SET body = '', card = NULL WHERE created_at < ?1 AND body <> ''", .setUpChats, now)
        try forget("DELETE FROM usage_events WHERE created_at < ?1", .usageEvents, now)
        try forget("DELETE FROM stripe_events WHERE handled_at < ?1", .stripeEvents, now)
        try transaction.execute(
            "DELETE FROM idempotency_keys WHERE created_at < ?1", [.integer((now - .hours(24)).milliseconds)])
        try forget("DELETE FROM host_audit WHERE at < ?1", .hostAudit, now)
        try forget("DELETE FROM webhook_deliveries WHERE created_at < ?1", .webhookDeliveries, now)
        try forget("DELETE FROM status_days WHERE day < ?1", .statusDays, now)
        try forget("DELETE FROM alerts WHERE raised_at < ?1", .alerts, now)
        try transaction.execute("DELETE FROM agent_turns WHERE at < ?1", [.integer((now - .hours(1)).milliseconds)])
        // Nobody needs the bot's token any more once nothing is left that speaks through it.
        try transaction.execute(
            """
            DELETE FROM reminders WHERE ended_at < ?1
                OR box_id IN (SELECT id FROM boxes WHERE desired = 'deleted' AND status = 'deleted')
            """, [.integer((now - Retention.reminders.duration).milliseconds)])
        try transaction.execute(
            """
            UPDATE boxes SET purpose = '', detail = NULL, bot_id = NULL, bot_username = NULL, bot_token_sealed = NULL,
                bot_owner_user_id = NULL
            WHERE desired = 'deleted' AND status = 'deleted' AND (purpose <> '' OR bot_id IS NOT NULL)
            """, [])
        try forgetFormerCustomers(now)
        try forgetIdleVisitors(now)
    }

    private func forget(_ statement: String, _ kind: Retention, _ now: Timestamp) throws {
        try transaction.execute(statement, [.integer((now - kind.duration).milliseconds)])
    }

    /// Who has had a subscription, and has none any more: the rows that prove the bills stay, without a name.
    private func forgetFormerCustomers(_ now: Timestamp) throws {
        let former = """
            EXISTS (SELECT 1 FROM subscriptions s WHERE s.customer_id = customers.id)
                AND NOT EXISTS (
                    SELECT 1 FROM subscriptions s
                    WHERE s.customer_id = customers.id AND (s.ended_at IS NULL OR s.ended_at >= ?1))
            """
        try forget(
            "DELETE FROM conversations WHERE customer_id IN (SELECT customers.id FROM customers WHERE \(former))",
            .addresses,
            now)
        try forget(
            """
            UPDATE boxes SET agent_name = ''
            WHERE agent_name <> '' AND status = 'deleted' AND customer_id IN (SELECT customers.id FROM customers WHERE \(former))
            """, .addresses, now)
        try forget(
            "UPDATE customers SET email = NULL, email_proved_at = NULL WHERE email IS NOT NULL AND \(former)", .addresses,
            now)
    }

    /// Who has never paid, has no session any more and hasn't said anything for long; a visitor's session lasts as long. Those
    /// that the host made for a token of its own have neither a conversation nor a box that is only talked about.
    private func forgetIdleVisitors(_ now: Timestamp) throws {
        let since = SQLValue.integer((now - Retention.idleVisitors.duration).milliseconds)
        let idle = try transaction.query(
            """
            SELECT c.id FROM customers c
            WHERE c.created_at < ?1
                AND NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.customer_id = c.id)
                AND NOT EXISTS (SELECT 1 FROM proxy_tokens t WHERE t.customer_id = c.id)
                AND NOT EXISTS (SELECT 1 FROM boxes b WHERE b.customer_id = c.id AND b.desired <> 'draft')
                AND NOT EXISTS (SELECT 1 FROM sessions n WHERE n.customer_id = c.id AND n.expires_at > ?2)
                AND NOT EXISTS (SELECT 1 FROM checkouts k WHERE k.customer_id = c.id AND k.created_at >= ?1)
                AND NOT EXISTS (
                    SELECT 1 FROM conversations v JOIN messages m ON m.conversation_id = v.id
                    WHERE v.customer_id = c.id AND m.created_at >= ?1)
            ORDER BY c.id LIMIT 1000
            """, [since, .integer(now.milliseconds)])
        for row in idle {
            let id = SQLValue.text(try row.text("id"))
            // The rest goes with the customer's row.
            for table in ["checkouts", "boxes"] {
                try transaction.execute("DELETE FROM \(table) WHERE customer_id = ?1", [id])
            }
            try transaction.execute("DELETE FROM customers WHERE id = ?1", [id])
        }
    }
}
