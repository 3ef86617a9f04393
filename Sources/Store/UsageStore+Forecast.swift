package import Core
import SQL

extension UsageStore {
    /// Foretells whether what is left of a period lasts.
    /// - Parameter now: a moment in the period.
    /// - Returns: `nil` where that can't be told; see ``UsageForecast``.
    /// - Throws: `SQLError`.
    package func forecast(_ quota: Quota, customerID: Customer.ID, at now: Timestamp) throws -> UsageForecast? {
        let rows = try transaction.query(
            """
            SELECT (?3 - created_at) / \(Duration.days(1).milliseconds) AS days_ago, CAST(sum(\(Self.units)) AS bigint) AS units
            FROM usage_events WHERE customer_id = ?1 AND period_start = ?2 AND created_at > ?4
            GROUP BY days_ago
            """,
            [
                .text(customerID.rawValue), .integer(quota.periodStart.milliseconds), .integer(now.milliseconds),
                .integer((now - .days(Int64(UsageForecast.days))).milliseconds),
            ])
        var unitsByDay = Array(repeating: 0, count: UsageForecast.days)
        for row in rows {
            // A call that another machine's clock dates into the future is one of today's.
            unitsByDay[max(0, Int(try row.integer("days_ago")))] += Int(try row.integer("units"))
        }
        return UsageForecast(unitsByDay: unitsByDay, quota: quota, at: now)
    }
}
