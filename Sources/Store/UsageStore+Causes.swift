package import Core
import SQL

extension UsageStore {
    /// What has used a period, the dearest first.
    /// - Throws: `SQLError`.
    package func causes(customerID: Customer.ID, periodStart: Timestamp) throws -> [CauseUse] {
        // The units of a call are rounded up, call by call: as `TokenUsage.units`.
        let rows = try transaction.query(
            """
            SELECT cause, count(*) AS calls, CAST(sum(
                input - min_cached + \(UnitWeights.output) * output
                + (min_cached + \(UnitWeights.cachedTokensOfAUnit - 1)) / \(UnitWeights.cachedTokensOfAUnit)
            ) AS bigint) AS units
            FROM (
                SELECT cause, input, output, CASE WHEN cached > input THEN input ELSE cached END AS min_cached
                FROM usage_events WHERE customer_id = ?1 AND period_start = ?2
            ) AS calls
            GROUP BY cause ORDER BY units DESC, cause
            """, [.text(customerID.rawValue), .integer(periodStart.milliseconds)])
        return try rows.map { row in
            CauseUse(
                cause: try row.optionalText("cause").flatMap(UsageCause.init(rawValue:)),
                calls: Int(try row.integer("calls")), units: Int(try row.integer("units")))
        }
    }
}
