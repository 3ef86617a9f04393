package import Core
package import SQL

/// What customers may use, what is set aside for calls under way, and what they have used.
package struct UsageStore {
    let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    // MARK: Quotas

    /// Sets the limit of a billing period; what was used and reserved in it stays.
    /// - Parameter limit: tokens.
    /// - Throws: `SQLError`.
    package func setQuota(
        customerID: Customer.ID, periodStart: Timestamp, periodEnd: Timestamp, limit: Int
    ) throws {
        try transaction.execute(
            """
            INSERT INTO quotas (customer_id, period_start, period_end, token_limit, used, reserved)
            VALUES (?1, ?2, ?3, ?4, 0, 0)
            ON CONFLICT (customer_id, period_start)
            DO UPDATE SET period_end = excluded.period_end, token_limit = excluded.token_limit
            """,
            [
                .text(customerID.rawValue), .integer(periodStart.milliseconds), .integer(periodEnd.milliseconds),
                .integer(Int64(limit)),
            ])
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

    // MARK: Reservations

    /// Sets tokens aside in the period that contains the reservation's `createdAt`.
    /// - Parameter minimum: the smallest cap on the answer that is worth a call.
    /// - Throws: `SQLError`; `.uniqueViolation` if the request has a reservation already.
    package func reserve(_ wish: Reservation, minimumOutput minimum: Int) throws -> ReservationOutcome {
        guard let quota = try quota(customerID: wish.customerID, at: wish.createdAt) else { return .noPeriod }
        let outcome = quota.outcome(input: wish.input, wanted: wish.output, atLeast: minimum)
        guard case .granted(let output, _) = outcome else { return outcome }
        // The condition repeats the decision, so that the limit holds whatever the transaction's isolation.
        let changed = try transaction.execute(
            """
            UPDATE quotas SET reserved = reserved + ?3
            WHERE customer_id = ?1 AND period_start = ?2 AND used + reserved + ?3 <= token_limit
            """,
            [
                .text(wish.customerID.rawValue), .integer(quota.periodStart.milliseconds),
                .integer(Int64(wish.input + output)),
            ])
        guard changed == 1 else { return .busy(quota) }
        try transaction.execute(
            """
            INSERT INTO reservations (request_id, customer_id, box_id, period_start, model, input, output, holder, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """,
            [
                .text(wish.requestID), .text(wish.customerID.rawValue), .text(wish.boxID.rawValue),
                .integer(quota.periodStart.milliseconds), .text(wish.model), .integer(Int64(wish.input)),
                .integer(Int64(output)), .text(wish.holder), .integer(wish.createdAt.milliseconds),
            ])
        return outcome
    }

    /// Replaces a reservation by what was really used; does nothing if that has happened before.
    /// - Parameters:
    ///   - usage: no tokens at all just returns the reservation and leaves no event.
    ///   - estimated: whether the figures are a bound, because the true ones were lost.
    /// - Returns: whether the reservation was still open.
    /// - Throws: `SQLError`.
    @discardableResult
    package func settle(
        requestID: String, customerID: Customer.ID, usage: TokenUsage, estimated: Bool, now: Timestamp
    ) throws -> Bool {
        let row = try transaction.first(
            """
            DELETE FROM reservations WHERE request_id = ?1 AND customer_id = ?2
            RETURNING box_id, period_start, model, input, output
            """, [.text(requestID), .text(customerID.rawValue)])
        guard let row else { return false }
        var counted = 0
        if usage.total > 0 {
            let isNew = try transaction.execute(
                """
                INSERT INTO usage_events
                    (request_id, customer_id, box_id, period_start, model, input, cached, output, estimated, created_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (request_id) DO NOTHING
                """,
                [
                    .text(requestID), .text(customerID.rawValue), try row.value("box_id"), try row.value("period_start"),
                    try row.value("model"), .integer(Int64(usage.input)), .integer(Int64(usage.cached)),
                    .integer(Int64(usage.output)), .integer(estimated ? 1 : 0), .integer(now.milliseconds),
                ])
            counted = isNew == 1 ? usage.total : 0
        }
        try transaction.execute(
            "UPDATE quotas SET used = used + ?3, reserved = reserved - ?4 WHERE customer_id = ?1 AND period_start = ?2",
            [
                .text(customerID.rawValue), try row.value("period_start"), .integer(Int64(counted)),
                .integer(try row.integer("input") + row.integer("output")),
            ])
        return true
    }

    /// Reservations whose proxy process can't settle them any more.
    package enum Orphans: Sendable, Hashable {
        /// Of a process that is known to be dead.
        case heldBy(String)
        /// Of every process but this one: where a machine runs a single proxy.
        case notHeldBy(String)
        /// Older than any call may last.
        case createdBefore(Timestamp)
    }

    /// Charges reservations in full that nobody will settle any more: never less than what was used.
    /// - Returns: the customers whose usage has changed.
    /// - Throws: `SQLError`.
    package func settleOpenReservations(_ orphans: Orphans, now: Timestamp) throws -> Set<Customer.ID> {
        let columns = "SELECT request_id, customer_id, input, output FROM reservations"
        let rows =
            switch orphans {
            case .heldBy(let holder): try transaction.query("\(columns) WHERE holder = ?1", [.text(holder)])
            case .notHeldBy(let holder): try transaction.query("\(columns) WHERE holder <> ?1", [.text(holder)])
            case .createdBefore(let time):
                try transaction.query("\(columns) WHERE created_at < ?1", [.integer(time.milliseconds)])
            }
        var customers: Set<Customer.ID> = []
        for row in rows {
            let customerID: Customer.ID = try row.id("customer_id")
            let bound = TokenUsage(input: Int(try row.integer("input")), output: Int(try row.integer("output")))
            try settle(
                requestID: try row.text("request_id"), customerID: customerID, usage: bound, estimated: true, now: now)
            customers.insert(customerID)
        }
        return customers
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
    init(row: Row) throws {
        self.init(
            requestID: try row.text("request_id"), customerID: try row.id("customer_id"), boxID: try row.id("box_id"),
            periodStart: try row.time("period_start"), model: try row.text("model"),
            usage: TokenUsage(
                input: Int(try row.integer("input")), cached: Int(try row.integer("cached")),
                output: Int(try row.integer("output"))),
            estimated: try row.integer("estimated") != 0, createdAt: try row.time("created_at"))
    }
}
