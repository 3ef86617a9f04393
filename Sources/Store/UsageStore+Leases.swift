package import Core
package import SQL

/// The slices of allowance that token proxies hold, and the calls that they have metered.
///
/// A quota's `reserved` is the sum of its leases; `used + reserved` never exceeds the limit, unless an upstream reported more
/// than it was allowed.
extension UsageStore {
    // MARK: Leases

    /// Gives a holder more tokens of the period that contains the request's moment.
    /// - Returns: `nil` if there is no such period.
    /// - Throws: `SQLError`.
    package func lease(_ request: LeaseRequest) throws -> LeaseAnswer? {
        guard let quota = try quota(customerID: request.customerID, at: request.at) else { return nil }
        var granted = quota.slice(request)
        let key: [SQLValue] = [.text(request.customerID.rawValue), .integer(quota.periodStart.milliseconds)]
        if granted > 0 {
            // The condition repeats the decision, so that the limit holds whatever the transaction's isolation.
            let changed = try transaction.execute(
                """
                UPDATE quotas SET reserved = reserved + ?3
                WHERE customer_id = ?1 AND period_start = ?2 AND used + reserved + ?3 <= token_limit
                """, key + [.integer(Int64(granted))])
            if changed == 0 { granted = 0 }
        }
        if granted > 0 {
            try transaction.execute(
                """
                INSERT INTO leases (customer_id, period_start, holder, tokens, renewed_at) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (holder, customer_id, period_start)
                DO UPDATE SET tokens = leases.tokens + excluded.tokens, renewed_at = excluded.renewed_at
                """,
                key + [.text(request.holder), .integer(Int64(granted)), .integer(request.at.milliseconds)])
        }
        // The holder may have a transaction in progress whose outcome it doesn't know; this waits for that one to end.
        if request.need == 0 { try lockQuota(key) }
        let held = try transaction.first(
            "SELECT tokens FROM leases WHERE customer_id = ?1 AND period_start = ?2 AND holder = ?3",
            key + [.text(request.holder)])
        return LeaseAnswer(
            granted: granted, held: Int(try held?.integer("tokens") ?? 0),
            quota: Quota(
                periodStart: quota.periodStart, periodEnd: quota.periodEnd, limit: quota.limit, used: quota.used,
                reserved: quota.reserved + granted))
    }

    /// Takes tokens back that a holder doesn't need any more; no more than it has.
    /// - Throws: `SQLError`.
    package func giveBack(_ tokens: Int, holder: String, customerID: Customer.ID, periodStart: Timestamp) throws {
        _ = try consume(tokens, holder: holder, customerID: customerID, periodStart: periodStart)
    }

    /// Says that a holder still answers for its leases.
    /// - Throws: `SQLError`.
    package func renewLeases(holder: String, now: Timestamp) throws {
        try transaction.execute(
            "UPDATE leases SET renewed_at = ?2 WHERE holder = ?1", [.text(holder), .integer(now.milliseconds)])
    }

    /// Holders that haven't renewed their leases for so long that they must be dead, and their journals lost.
    /// - Throws: `SQLError`.
    package func lostHolders(before time: Timestamp) throws -> [String] {
        try transaction.query(
            "SELECT DISTINCT holder FROM leases WHERE renewed_at < ?1", [.integer(time.milliseconds)]
        ).map { try $0.text("holder") }
    }

    /// Ends the leases of a holder that is known to be dead and whose calls are all booked.
    /// - Returns: the customers whose quotas have changed.
    /// - Throws: `SQLError`.
    package func releaseLeases(holder: String) throws -> Set<Customer.ID> {
        try endLeases(holder: holder) { _, _, _ in }
    }

    /// Ends the leases of a holder whose last calls are lost: charges all that they may have used.
    /// - Returns: the customers whose quotas have changed.
    /// - Throws: `SQLError`.
    package func writeOffLeases(holder: String, now: Timestamp) throws -> Set<Customer.ID> {
        try endLeases(holder: holder) { customerID, periodStart, tokens in
            let box = try transaction.first(
                "SELECT id FROM boxes WHERE customer_id = ?1 ORDER BY created_at DESC LIMIT 1",
                [.text(customerID.rawValue)])
            guard let box else { return }
            let loss = UsageEvent(
                requestID: Self.lossID(holder, customerID, periodStart), customerID: customerID, boxID: try box.id("id"),
                periodStart: periodStart, model: "lost", usage: TokenUsage(input: tokens, output: 0), estimated: true,
                interrupted: true, createdAt: now)
            // Units, as tokens that weigh one each. A holder that was taken for dead may have lived on, and lost another lease.
            var values: [SQLValue] = []
            loss.append(to: &values)
            try transaction.execute(
                Self.insertOne + " ON CONFLICT (request_id) DO UPDATE SET input = usage_events.input + excluded.input",
                values)
            try transaction.execute(
                "UPDATE quotas SET used = used + ?3 WHERE customer_id = ?1 AND period_start = ?2",
                [.text(customerID.rawValue), .integer(periodStart.milliseconds), .integer(Int64(tokens))])
        }
    }

    private func endLeases(
        holder: String, _ settle: (Customer.ID, _ periodStart: Timestamp, _ tokens: Int) throws -> Void
    ) throws -> Set<Customer.ID> {
        let rows = try transaction.query(
            "DELETE FROM leases WHERE holder = ?1 RETURNING customer_id, period_start, tokens", [.text(holder)])
        var customers: Set<Customer.ID> = []
        for row in rows {
            let customerID: Customer.ID = try row.id("customer_id")
            let (period, tokens) = (try row.time("period_start"), try row.integer("tokens"))
            try transaction.execute(
                "UPDATE quotas SET reserved = reserved - ?3 WHERE customer_id = ?1 AND period_start = ?2",
                [.text(customerID.rawValue), .integer(period.milliseconds), .integer(tokens)])
            if tokens > 0 { try settle(customerID, period, Int(tokens)) }
            customers.insert(customerID)
        }
        return customers
    }

    /// All losses of one lease are recorded as one event.
    private static func lossID(_ holder: String, _ customerID: Customer.ID, _ periodStart: Timestamp) -> String {
        "lost_\(holder)_\(customerID.body)_\(periodStart.milliseconds)"
    }

    // MARK: Metered calls

    /// Books calls that a holder has metered. What they used is taken from the holder's leases.
    /// - Parameter isRepeated: whether some of them may have been booked before, or stand there twice: each request is booked
    ///   once.
    /// - Returns: the customers whose usage has changed.
    /// - Throws: `SQLError`; `.uniqueViolation` if a request is booked already and `isRepeated` isn't set.
    package func record(_ events: [UsageEvent], holder: String, isRepeated: Bool) throws -> Set<Customer.ID> {
        var new = events
        if isRepeated {
            var seen = try knownRequests(events.map(\.requestID))
            new.removeAll { !seen.insert($0.requestID).inserted }
        }
        try insert(new)
        var totals: [PeriodKey: Int] = [:]
        for event in new { totals[PeriodKey(event), default: 0] += event.usage.units }
        // Always in the same order, so that two proxies can't deadlock.
        for (key, total) in totals.sorted(by: { $0.key < $1.key }) {
            let charged = try total - reduceLoss(by: total, holder: holder, key)
            try transaction.execute(
                "UPDATE quotas SET used = used + ?3 WHERE customer_id = ?1 AND period_start = ?2",
                [.text(key.customerID.rawValue), .integer(key.periodStart.milliseconds), .integer(Int64(charged))])
        }
        return Set(totals.keys.map(\.customerID))
    }

    private struct PeriodKey: Hashable, Comparable {
        let customerID: Customer.ID
        let periodStart: Timestamp

        init(_ event: UsageEvent) {
            customerID = event.customerID
            periodStart = event.periodStart
        }

        static func < (left: PeriodKey, right: PeriodKey) -> Bool {
            (left.customerID, left.periodStart) < (right.customerID, right.periodStart)
        }
    }

    /// Takes used tokens from the lease; where that was written off before, from the loss that was charged for it.
    /// - Returns: tokens that have been charged already.
    private func reduceLoss(by total: Int, holder: String, _ key: PeriodKey) throws -> Int {
        let rest =
            try total
            - consume(total, holder: holder, customerID: key.customerID, periodStart: key.periodStart)
        if rest == 0 { return 0 }
        let id = SQLValue.text(Self.lossID(holder, key.customerID, key.periodStart))
        guard let loss = try transaction.first("SELECT input FROM usage_events WHERE request_id = ?1", [id]) else {
            return 0
        }
        let reduced = min(Int64(rest), try loss.integer("input"))
        try transaction.execute(
            "UPDATE usage_events SET input = input - ?2 WHERE request_id = ?1", [id, .integer(reduced)])
        return Int(reduced)
    }

    /// Takes tokens from a lease, and from what its quota has reserved.
    /// - Returns: how many there were to take.
    private func consume(
        _ tokens: Int, holder: String, customerID: Customer.ID, periodStart: Timestamp
    ) throws -> Int {
        let key: [SQLValue] = [.text(customerID.rawValue), .integer(periodStart.milliseconds)]
        // Locks the quota's row before the lease's, as `lease` does; in the opposite order the two would deadlock.
        try lockQuota(key)
        let lease = try transaction.first(
            "SELECT tokens FROM leases WHERE customer_id = ?1 AND period_start = ?2 AND holder = ?3",
            key + [.text(holder)])
        guard let held = try lease?.integer("tokens") else { return 0 }
        let taken = min(Int64(tokens), held)
        if taken == held {
            try transaction.execute(
                "DELETE FROM leases WHERE customer_id = ?1 AND period_start = ?2 AND holder = ?3", key + [.text(holder)])
        } else {
            try transaction.execute(
                "UPDATE leases SET tokens = tokens - ?4 WHERE customer_id = ?1 AND period_start = ?2 AND holder = ?3",
                key + [.text(holder), .integer(taken)])
        }
        try transaction.execute(
            "UPDATE quotas SET reserved = reserved - ?3 WHERE customer_id = ?1 AND period_start = ?2",
            key + [.integer(taken)])
        return Int(taken)
    }

    /// Waits until nobody else's transaction changes this quota or its leases.
    private func lockQuota(_ key: [SQLValue]) throws {
        try transaction.execute("UPDATE quotas SET reserved = reserved WHERE customer_id = ?1 AND period_start = ?2", key)
    }

    private func knownRequests(_ ids: [String]) throws -> Set<String> {
        guard !ids.isEmpty else { return [] }
        let rows = try transaction.query(
            "SELECT request_id FROM usage_events WHERE \(transaction.dialect.isOneOf("request_id", "?1"))",
            [.texts(ids)])
        return Set(try rows.map { try $0.text("request_id") })
    }

    private func insert(_ events: [UsageEvent]) throws {
        var rest = events[...]
        for (rows, statement) in Self.insertions {
            while rest.count >= rows {
                var values: [SQLValue] = []
                values.reserveCapacity(rows * 11)
                for event in rest.prefix(rows) { event.append(to: &values) }
                try transaction.execute(statement, values)
                rest = rest.dropFirst(rows)
            }
        }
    }

    private static let insertOne = insertion(rows: 1)

    /// The statements that a batch is split into, the largest first: few texts, as each is prepared once for a connection, and
    /// never more rows than both engines have placeholders for.
    private static let insertions = [64, 16, 4].map { ($0, insertion(rows: $0)) } + [(1, insertOne)]

    private static func insertion(rows: Int) -> String {
        let tuples = (0..<rows).map { row in
            "(" + (1...11).map { "?\(row * 11 + $0)" }.joined(separator: ", ") + ")"
        }
        return """
            INSERT INTO usage_events
                (request_id, customer_id, box_id, period_start, model, input, cached, output, estimated, created_at,
                cause)
            VALUES \(tuples.joined(separator: ", "))
            """
    }
}

extension UsageEvent {
    /// Appends: a batch has thousands of values, and an array for each event would cost more than the values.
    fileprivate func append(to values: inout [SQLValue]) {
        values.append(.text(requestID))
        values.append(.text(customerID.rawValue))
        values.append(.text(boxID.rawValue))
        values.append(.integer(periodStart.milliseconds))
        values.append(.text(model))
        values.append(.integer(Int64(usage.input)))
        values.append(.integer(Int64(usage.cached)))
        values.append(.integer(Int64(usage.output)))
        values.append(.integer(interrupted ? Self.interruption : estimated ? 1 : 0))
        values.append(.integer(createdAt.milliseconds))
        values.append(SQLValue(cause?.rawValue))
    }
}
