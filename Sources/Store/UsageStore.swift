package import Core
package import SQL

/// What customers may use, what token proxies hold of it, and what has been used.
package struct UsageStore {
    let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    // MARK: Quotas

    /// Sets the limit of a billing period; what was used and reserved in it stays, and so does what the host has granted.
    /// - Parameter limit: units.
    /// - Throws: `SQLError`.
    package func setQuota(
        customerID: Customer.ID, periodStart: Timestamp, periodEnd: Timestamp, limit: Int
    ) throws {
        try transaction.execute(
            """
            INSERT INTO quotas (customer_id, period_start, period_end, token_limit, used, reserved)
            VALUES (?1, ?2, ?3, ?4, 0, 0)
            ON CONFLICT (customer_id, period_start)
            DO UPDATE SET period_end = excluded.period_end, token_limit = quotas.granted +
                CASE WHEN excluded.token_limit < quotas.floor_units THEN quotas.floor_units ELSE excluded.token_limit END
            """,
            [
                .text(customerID.rawValue), .integer(periodStart.milliseconds), .integer(periodEnd.milliseconds),
                .integer(Int64(limit)),
            ])
    }

    /// Adds units to the period that contains `now`, for good: whatever limit is set later, they come on top.
    /// - Returns: the quota as it stands now; `nil` if no period is open.
    /// - Throws: `SQLError`.
    package func grant(_ units: Int, customerID: Customer.ID, at now: Timestamp) throws -> Quota? {
        guard let quota = try quota(customerID: customerID, at: now) else { return nil }
        return try transaction.first(
            """
            UPDATE quotas SET granted = granted + ?3, token_limit = token_limit + ?3
            WHERE customer_id = ?1 AND period_start = ?2 RETURNING *
            """, [.text(customerID.rawValue), .integer(quota.periodStart.milliseconds), .integer(Int64(units))]
        ).map(Quota.init(row:))
    }

    /// The quota of the period that contains `now`; the youngest, where periods overlap.
    /// - Throws: `SQLError`.
    package func quota(customerID: Customer.ID, at now: Timestamp) throws -> Quota? {
        try transaction.first(
            """
            SELECT * FROM quotas WHERE customer_id = ?1 AND period_start <= ?2 AND period_end > ?2
            ORDER BY period_start DESC LIMIT 1
            """, [.text(customerID.rawValue), .integer(now.milliseconds)]
        ).map(Quota.init(row:))
    }

    /// The quota of the period that begins at this moment.
    /// - Throws: `SQLError`.
    package func quota(customerID: Customer.ID, periodStart: Timestamp) throws -> Quota? {
        try transaction.first(
            "SELECT * FROM quotas WHERE customer_id = ?1 AND period_start = ?2",
            [.text(customerID.rawValue), .integer(periodStart.milliseconds)]
        ).map(Quota.init(row:))
    }

    /// The quota of the period that ended at this moment.
    /// - Throws: `SQLError`.
    package func quota(customerID: Customer.ID, periodEnd: Timestamp) throws -> Quota? {
        try transaction.first(
            "SELECT * FROM quotas WHERE customer_id = ?1 AND period_end = ?2 ORDER BY period_start DESC LIMIT 1",
            [.text(customerID.rawValue), .integer(periodEnd.milliseconds)]
        ).map(Quota.init(row:))
    }

    // MARK: Events

    /// The customer's calls, the youngest first.
    /// - Parameter before: time and request id of the last event that was seen already.
    /// - Throws: `SQLError`.
    package func recentEvents(
        customerID: Customer.ID, before: (Timestamp, String)? = nil, limit: Int
    ) throws -> [UsageEvent] {
        let (time, requestID) = before ?? (Timestamp(milliseconds: Int64.max), "")
        return try transaction.query(
            """
            SELECT * FROM usage_events WHERE customer_id = ?1 AND (created_at, request_id) < (?2, ?3)
            ORDER BY created_at DESC, request_id DESC LIMIT ?4
            """,
            [.text(customerID.rawValue), .integer(time.milliseconds), .text(requestID), .integer(Int64(limit))]
        ).map(UsageEvent.init(row:))
    }
}

extension Quota {
    init(row: Row) throws {
        self.init(
            periodStart: try row.time("period_start"), periodEnd: try row.time("period_end"),
            limit: Int(try row.integer("token_limit")), used: Int(try row.integer("used")),
            reserved: Int(try row.integer("reserved")))
    }
}

extension UsageEvent {
    /// In the column `estimated`: more than an estimate, which is 1.
    static let interruption: Int64 = 2

    init(row: Row) throws {
        let certainty = try row.integer("estimated")
        self.init(
            requestID: try row.text("request_id"), customerID: try row.id("customer_id"), boxID: try row.id("box_id"),
            periodStart: try row.time("period_start"), model: try row.text("model"),
            usage: TokenUsage(
                input: Int(try row.integer("input")), cached: Int(try row.integer("cached")),
                output: Int(try row.integer("output"))),
            estimated: certainty != 0, interrupted: certainty == Self.interruption,
            cause: try row.optionalText("cause").flatMap(UsageCause.init(rawValue:)), createdAt: try row.time("created_at"))
    }
}
