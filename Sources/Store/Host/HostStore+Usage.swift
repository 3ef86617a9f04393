package import Core
import SQL

/// What one customer has used in some time, and paid.
package struct CustomerUsage: Sendable, Hashable {
    package let customerID: Customer.ID
    package let email: String?
    package let usage: UsageSum
    /// In US cents.
    package let paid: Int64
}

/// What one customer has used on one day.
package struct DayUsage: Sendable, Hashable {
    /// When it began, in UTC.
    package let day: Timestamp
    package let usage: UsageSum
}

/// What of the allowances is sold, used and set aside.
package struct AllowanceSum: Sendable, Hashable {
    package let customers: Int64
    /// Units.
    package let limit: Int64
    package let used: Int64
    package let reserved: Int64
}

/// A token proxy, and what it holds.
package struct LeaseHolder: Sendable, Hashable {
    package let holder: String
    package let customers: Int64
    /// Units.
    package let units: Int64
    package let renewedAt: Timestamp
}

extension HostStore {
    /// The sums of usage events; units as ``TokenUsage/units`` counts them.
    private static let sums = """
        count(*) AS calls, CAST(coalesce(sum(input), 0) AS bigint) AS input, CAST(coalesce(sum(cached), 0) AS bigint) AS cached,
        CAST(coalesce(sum(output), 0) AS bigint) AS output,
        CAST(coalesce(sum(input - cached + (cached + \(UnitWeights.cachedTokensOfAUnit - 1)) / \(UnitWeights.cachedTokensOfAUnit)
            + \(UnitWeights.output) * output), 0) AS bigint) AS units
        """

    /// What everybody has used from one moment until before another.
    /// - Throws: `SQLError`.
    package func usage(from start: Timestamp, to end: Timestamp) throws -> UsageSum {
        try transaction.first(
            "SELECT \(Self.sums) FROM usage_events WHERE created_at >= ?1 AND created_at < ?2",
            [.integer(start.milliseconds), .integer(end.milliseconds)]
        ).map(UsageSum.init(row:)) ?? UsageSum()
    }

    /// What each customer has used and paid from one moment until before another, the dearest first.
    /// - Throws: `SQLError`.
    package func usageByCustomer(from start: Timestamp, to end: Timestamp) throws -> [CustomerUsage] {
        let times: [SQLValue] = [.integer(start.milliseconds), .integer(end.milliseconds)]
        var usage: [String: UsageSum] = [:]
        for row in try transaction.query(
            """
            SELECT customer_id, \(Self.sums) FROM usage_events WHERE created_at >= ?1 AND created_at < ?2 GROUP BY customer_id
            """, times)
        {
            usage[try row.text("customer_id")] = try UsageSum(row: row)
        }
        var paid: [String: Int64] = [:]
        for row in try transaction.query(
            """
            SELECT c.id, CAST(sum(p.amount) AS bigint) AS paid
            FROM payments p JOIN customers c ON c.stripe_customer_id = p.stripe_customer_id
            WHERE p.paid_at >= ?1 AND p.paid_at < ?2 AND p.currency = 'usd' GROUP BY c.id
            """, times)
        {
            paid[try row.text("id")] = try row.integer("paid")
        }
        let ids = Set(usage.keys).union(paid.keys).sorted()
        let addresses = try transaction.query(
            "SELECT id, email FROM customers WHERE \(transaction.dialect.isOneOf("id", "?1"))", [.texts(ids)])
        return try addresses.map { row in
            let id = try row.text("id")
            return CustomerUsage(
                customerID: try row.id("id"), email: try row.optionalText("email"), usage: usage[id] ?? UsageSum(),
                paid: paid[id] ?? 0)
        }.sorted { ($1.usage.cost, $0.customerID) < ($0.usage.cost, $1.customerID) }
    }

    /// What one customer has used on each day on which they used anything, the last one first.
    /// - Throws: `SQLError`.
    package func usageByDay(customerID: Customer.ID, from start: Timestamp) throws -> [DayUsage] {
        try transaction.query(
            """
            SELECT created_at / 86400000 AS day, \(Self.sums) FROM usage_events
            WHERE customer_id = ?1 AND created_at >= ?2 GROUP BY created_at / 86400000 ORDER BY day DESC
            """, [.text(customerID.rawValue), .integer(start.milliseconds)]
        ).map { DayUsage(day: Timestamp(milliseconds: try $0.integer("day") * 86_400_000), usage: try UsageSum(row: $0)) }
    }

    /// The allowances of the periods that contain `now`.
    /// - Throws: `SQLError`.
    package func allowances(at now: Timestamp) throws -> AllowanceSum {
        let row = try transaction.first(
            """
            SELECT count(*) AS customers, CAST(coalesce(sum(token_limit), 0) AS bigint) AS sold,
                CAST(coalesce(sum(used), 0) AS bigint) AS used, CAST(coalesce(sum(reserved), 0) AS bigint) AS reserved
            FROM quotas WHERE period_start <= ?1 AND period_end > ?1
            """, [.integer(now.milliseconds)])
        return AllowanceSum(
            customers: try row?.integer("customers") ?? 0, limit: try row?.integer("sold") ?? 0,
            used: try row?.integer("used") ?? 0, reserved: try row?.integer("reserved") ?? 0)
    }

    /// The token proxies that hold anything.
    /// - Throws: `SQLError`.
    package func leaseHolders() throws -> [LeaseHolder] {
        try transaction.query(
            """
            SELECT holder, count(*) AS customers, CAST(sum(tokens) AS bigint) AS units, max(renewed_at) AS renewed_at
            FROM leases GROUP BY holder ORDER BY holder
            """, []
        ).map { row in
            LeaseHolder(
                holder: try row.text("holder"), customers: try row.integer("customers"), units: try row.integer("units"),
                renewedAt: try row.time("renewed_at"))
        }
    }
}

extension UsageSum {
    init(row: Row) throws {
        self.init(
            calls: try row.integer("calls"), input: try row.integer("input"), cached: try row.integer("cached"),
            output: try row.integer("output"), units: try row.integer("units"))
    }
}
