package import Core
package import SQL

/// Forgets what has been kept for as long as it is needed; the site's privacy page tells customers the same times.
package struct RetentionStore {
    /// Of the onboarding chat.
    package static let chat = Duration.days(90)
    /// Of usage events, which prove the bills.
    package static let usage = Duration.days(2 * 365)
    /// Of the e-mail address, after the box and its data are gone.
    package static let email = Subscription.retention + .days(30)

    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `SQLError`.
    package func apply(now: Timestamp) throws {
        // The rows stay, as the interview counts by their positions.
        try transaction.execute(
            "UPDATE messages SET body = '', card = NULL WHERE created_at < ?1 AND body <> ''",
            [.integer((now - Self.chat).milliseconds)])
        try transaction.execute(
            "DELETE FROM usage_events WHERE created_at < ?1", [.integer((now - Self.usage).milliseconds)])
        try transaction.execute(
            """
            DELETE FROM reminders WHERE ended_at < ?1
                OR box_id IN (SELECT id FROM boxes WHERE desired = 'deleted' AND status = 'deleted')
            """, [.integer((now - ReminderStore.retention).milliseconds)])
        try transaction.execute(
            """
            UPDATE customers SET email = NULL
            WHERE email IS NOT NULL
                AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.customer_id = customers.id)
                AND NOT EXISTS (
                    SELECT 1 FROM subscriptions s
                    WHERE s.customer_id = customers.id AND (s.ended_at IS NULL OR s.ended_at >= ?1))
            """, [.integer((now - Self.email).milliseconds)])
    }
}
