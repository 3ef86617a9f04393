package import Core
package import SQL

/// What the platform's probes have found: a row for each day and part.
package struct StatusStore {
    private let transaction: any Transaction

    package init(_ transaction: any Transaction) {
        self.transaction = transaction
    }

    /// Counts one probe.
    /// - Throws: `SQLError`.
    package func note(_ part: StatusPart, isUp: Bool, now: Timestamp) throws {
        try transaction.execute(
            """
            INSERT INTO status_days (day, part, probes, failures, is_up, since, probed_at)
            VALUES (?1, ?2, 1, ?3, ?4, coalesce((
                SELECT l.since FROM status_days l WHERE l.part = ?2 AND l.is_up = ?4 AND l.probed_at >= ?6
                    AND l.day = (SELECT max(m.day) FROM status_days m WHERE m.part = ?2)), ?5), ?5)
            ON CONFLICT (day, part) DO UPDATE SET probes = status_days.probes + 1, since = excluded.since,
                failures = status_days.failures + excluded.failures, is_up = excluded.is_up, probed_at = excluded.probed_at
            """,
            [
                .integer(StatusDay.start(of: now).milliseconds), .text(part.rawValue), .integer(isUp ? 0 : 1),
                .integer(isUp ? 1 : 0), .integer(now.milliseconds), .integer((now - StatusPart.freshness).milliseconds),
            ])
    }

    /// The days that are kept, the youngest first.
    /// - Throws: `SQLError`.
    package func days(now: Timestamp) throws -> [StatusDay] {
        try transaction.query(
            "SELECT * FROM status_days WHERE day > ?1 ORDER BY day DESC, part",
            [.integer((StatusDay.start(of: now) - Retention.statusDays.duration).milliseconds)]
        ).map { row in
            StatusDay(
                part: try row.value("part"), day: try row.time("day"), probes: try row.integer("probes"),
                failures: try row.integer("failures"), isUp: try row.integer("is_up") == 1,
                since: try row.time("since"), probedAt: try row.time("probed_at"))
        }
    }
}
