package import Core
package import SQL

/// All that is stored of one customer: what they may ask to see, and to have forgotten.
package struct CustomerRecords {
    private struct Content {
        let table: String
        let columns: [String]
        var condition = "customer_id = ?1"
    }

    /// Nothing that opens a door: neither tokens nor their hashes.
    private static let contents = [
        Content(
            table: "customers",
            columns: ["id", "email", "email_proved_at", "language", "stripe_customer_id", "created_at"],
            condition: "id = ?1"),
        Content(table: "sessions", columns: ["device", "created_at", "expires_at"]),
        Content(table: "magic_links", columns: ["created_at", "expires_at", "used_at"]),
        Content(
            table: "email_changes",
            columns: ["email", "new_confirmed_at", "old_confirmed_at", "created_at", "expires_at"]),
        Content(table: "api_tokens", columns: ["id", "name", "scope", "created_at", "last_used_at"]),
        Content(
            table: "webhook_endpoints",
            columns: ["id", "url", "events", "created_at", "failing_since", "off_since", "off_reason"]),
        Content(
            table: "webhook_deliveries",
            columns: [
                "id", "endpoint_id", "event", "body", "created_at", "attempts", "tried_at", "status_code", "fault",
                "delivered_at", "failed_at",
            ]),
        Content(table: "exports", columns: ["created_at", "expires_at"]),
        Content(table: "erasures", columns: ["requested_at", "due_at", "done_at"]),
        Content(table: "conversations", columns: ["id", "state", "telegram_user_id", "telegram_name", "created_at"]),
        Content(
            table: "messages", columns: ["position", "role", "body", "created_at"],
            condition: "conversation_id IN (SELECT id FROM conversations WHERE customer_id = ?1)"),
        Content(
            table: "boxes",
            columns: [
                "id", "tier", "agent_name", "purpose", "profile", "language", "time_zone", "bot_username",
                "bot_owner_user_id", "desired", "status", "created_at", "ready_at", "seen_at", "restarted_at",
            ]),
        Content(
            table: "reminders",
            columns: ["number", "body", "repeats", "local_time", "occurs_at", "created_at", "ended_at", "end_reason"]),
        Content(table: "checkouts", columns: ["id", "tier", "stripe_session_id", "completed_at", "created_at"]),
        Content(
            table: "subscriptions",
            columns: ["id", "tier", "stripe_id", "status", "period_start", "period_end", "cancel_at", "ended_at"]),
        Content(
            table: "payments", columns: ["id", "kind", "reference", "amount", "currency", "paid_at"],
            condition: "stripe_customer_id = (SELECT stripe_customer_id FROM customers WHERE id = ?1)"),
        Content(
            table: "stripe_events", columns: ["id", "type", "payload", "received_at"],
            condition: """
                payload LIKE (SELECT '%"' || stripe_customer_id || '"%' FROM customers WHERE id = ?1)
                """),
        Content(table: "host_audit", columns: ["at", "act", "subject", "detail"]),
        Content(
            table: "invoices",
            columns: ["id", "number", "status", "tier", "total", "paid", "refunded", "currency", "created_at"]),
        Content(table: "notices", columns: ["notice", "told_at"]),
        Content(table: "notices_off", columns: ["kind", "channel", "since"]),
        Content(table: "quotas", columns: ["period_start", "period_end", "token_limit", "used"]),
        Content(table: "proxy_tokens", columns: ["box_id", "created_at", "revoked_at"]),
        Content(table: "leases", columns: ["period_start"]),
        Content(
            table: "usage_events",
            columns: ["request_id", "model", "input", "cached", "output", "estimated", "cause", "created_at"]),
        Content(table: "agent_guards", columns: ["unasked_since", "unasked_units", "held_at", "reason", "releases"]),
        Content(table: "backups", columns: ["id", "reason", "state", "size", "created_at"]),
        Content(table: "restores", columns: ["id", "backup_id", "state", "created_at", "ended_at"]),
        Content(table: "idempotency_keys", columns: ["idempotency_key", "status", "body", "created_at"]),
        Content(table: "jobs", columns: ["id", "kind", "state"]),
    ]

    /// The tables that an export has rows of.
    package static var tables: [String] { contents.map(\.table) }

    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// - Returns: rows by table, their values by column; what isn't set is left out. Times are milliseconds since 1970.
    /// - Throws: `SQLError`.
    package func export(_ id: Customer.ID) throws -> [String: [[String: String]]] {
        var records: [String: [[String: String]]] = [:]
        for content in Self.contents {
            let rows = try transaction.query(
                "SELECT \(content.columns.joined(separator: ", ")) FROM \(content.table) WHERE \(content.condition)",
                [.text(id.rawValue)])
            records[content.table] = try rows.map { row in
                var record: [String: String] = [:]
                for column in content.columns {
                    switch try row.value(column) {
                    case .null: break
                    case .integer(let number): record[column] = String(number)
                    case .text(let text): record[column] = text
                    }
                }
                return record
            }
        }
        return records
    }

    /// Forgets who the customer is. What proves the bills stays, without a name; the box is somebody else's to delete.
    /// - Throws: `DomainError` with the code `still_subscribed`; `SQLError`.
    package func erase(_ id: Customer.ID) throws {
        let customer = SQLValue.text(id.rawValue)
        let open = try transaction.first(
            "SELECT id FROM subscriptions WHERE customer_id = ?1 AND status NOT IN ('canceled', 'incomplete_expired')",
            [customer])
        guard open == nil else {
            throw DomainError(
                .conflict, code: "still_subscribed", "The customer still has a subscription. Cancel it at Stripe first.")
        }
        let stripe = try transaction.first("SELECT stripe_customer_id FROM customers WHERE id = ?1", [customer])
        if let name = try stripe?.optionalText("stripe_customer_id") {
            try transaction.execute(
                "DELETE FROM stripe_events WHERE handled_at IS NOT NULL AND payload LIKE ?1", [.text("%\"\(name)\"%")])
        }
        if let email = try transaction.first("SELECT email FROM customers WHERE id = ?1", [customer])?.optionalText("email")
        {
            try transaction.execute(
                "DELETE FROM jobs WHERE state IN ('complete', 'failed') AND arguments LIKE ?1", [.text("%\"\(email)\"%")])
        }
        for statement in [
            "DELETE FROM sessions WHERE customer_id = ?1", "DELETE FROM magic_links WHERE customer_id = ?1",
            "DELETE FROM conversations WHERE customer_id = ?1", "DELETE FROM idempotency_keys WHERE customer_id = ?1",
            "DELETE FROM jobs WHERE customer_id = ?1 AND state IN ('complete', 'failed')",
            // What was sent goes with them.
            "DELETE FROM webhook_endpoints WHERE customer_id = ?1",
            "DELETE FROM reminders WHERE customer_id = ?1", "DELETE FROM api_tokens WHERE customer_id = ?1",
            "DELETE FROM email_changes WHERE customer_id = ?1", "DELETE FROM exports WHERE customer_id = ?1",
            "UPDATE checkouts SET url = NULL WHERE customer_id = ?1",
            "UPDATE invoices SET url = NULL, pdf_url = NULL WHERE customer_id = ?1",
            "UPDATE subscriptions SET payment_url = NULL, look_at = NULL WHERE customer_id = ?1",
            "DELETE FROM notices WHERE customer_id = ?1 AND notice NOT LIKE 'host/%'",
            "DELETE FROM notices_off WHERE customer_id = ?1",
            "UPDATE host_audit SET detail = NULL WHERE customer_id = ?1",
            "UPDATE boxes SET agent_name = '', purpose = '', profile = '{}', detail = NULL WHERE customer_id = ?1",
            "UPDATE customers SET email = NULL, email_proved_at = NULL WHERE id = ?1",
        ] {
            try transaction.execute(statement, [customer])
        }
    }
}
