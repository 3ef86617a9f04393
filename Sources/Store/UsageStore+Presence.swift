package import Core
import SQL

extension UsageStore {
    /// One that has said nothing for so long is gone.
    private static let patience = Duration.seconds(6)

    /// Records that a token proxy is alive, and removes those that have been gone for long.
    /// - Throws: `SQLError`.
    package func proxyIsAtWork(_ holder: String, now: Timestamp) throws {
        try transaction.execute(
            """
            INSERT INTO token_proxies (holder, seen_at) VALUES (?1, ?2)
            ON CONFLICT (holder) DO UPDATE SET seen_at = excluded.seen_at
            """, [.text(holder), .integer(now.milliseconds)])
        try transaction.execute(
            "DELETE FROM token_proxies WHERE seen_at < ?1", [.integer((now - Self.patience * 10).milliseconds)])
    }

    /// - Returns: how many token proxies are alive.
    /// - Throws: `SQLError`.
    package func proxiesAtWork(now: Timestamp) throws -> Int {
        let row = try transaction.first(
            "SELECT count(*) AS proxies FROM token_proxies WHERE seen_at >= ?1",
            [.integer((now - Self.patience).milliseconds)])
        return Int(try row?.integer("proxies") ?? 0)
    }
}
