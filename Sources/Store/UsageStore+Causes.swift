package import Core
import SQL

extension UsageStore {
    /// A call's units, from its row in `usage_events`; rounded up, as `TokenUsage.units`.
    static let units = """
        (input - \(cachedInput) + \(UnitWeights.output) * output
        + (\(cachedInput) + \(UnitWeights.cachedTokensOfAUnit - 1)) / \(UnitWeights.cachedTokensOfAUnit))
        """
    private static let cachedInput = "CASE WHEN cached > input THEN input ELSE cached END"

    /// What has used a period, the dearest first.
    /// - Throws: `SQLError`.
    package func causes(customerID: Customer.ID, periodStart: Timestamp) throws -> [CauseUse] {
        let rows = try transaction.query(
            """
            SELECT cause, count(*) AS calls, CAST(sum(\(Self.units)) AS bigint) AS units
            FROM usage_events WHERE customer_id = ?1 AND period_start = ?2
            GROUP BY cause ORDER BY units DESC, cause
            """, [.text(customerID.rawValue), .integer(periodStart.milliseconds)])
        return try rows.map { row in
            CauseUse(
                cause: try row.optionalText("cause").flatMap(UsageCause.init(rawValue:)),
                calls: Int(try row.integer("calls")), units: Int(try row.integer("units")))
        }
    }
}
