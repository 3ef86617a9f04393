package import Logging
package import SQL

/// A PostgreSQL server, through libpq.
///
/// Every write is SERIALIZABLE and is run again when another transaction got in the way; every read has one snapshot.
/// A server that went away is connected to again by the next call; of several servers in the URL, the next that takes writes,
/// if the URL says `target_session_attrs=read-write`.
///
/// A pooler may stand between, such as PgBouncer in transaction mode: everything that is set is set within a transaction, and
/// statements are prepared only where no pooler is noticed.
///
/// If the connection breaks exactly while a transaction commits, nobody knows whether it was stored: the call throws
/// ``SQLError/unavailable(_:)`` and doesn't try again.
package final class PostgresDatabase: Database {
    private let pool: ConnectionPool
    private let settings: String

    /// How often a transaction is run before other transactions are said to be in the way too much.
    private static let attempts = 20
    /// For how long a call tries to reach the server.
    private static let patience = Duration.seconds(5)

    package var dialect: Dialect { .postgres }

    /// Connects when it is first used.
    /// - Parameters:
    ///   - url: `postgres://user:password@host:port/database?sslmode=…`, as libpq understands it
    ///     (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).
    ///   - connections: how many transactions run at once; further ones wait.
    ///   - statementTimeout: how long one statement may take before the server ends it.
    /// - Throws: ``SQLError/unavailable(_:)`` if the URL can't be read. It doesn't repeat the URL, which holds a password.
    package init(
        url: String, connections: Int, statementTimeout: Duration = .seconds(30), logger: Logger
    ) throws(SQLError) {
        let settings = try ConnectionSettings(url: url)
        let timeout = Int64(statementTimeout / .milliseconds(1))
        // Under SERIALIZABLE a sequential scan locks its whole table against everybody, so indexes are preferred even where a
        // table is small.
        self.settings = """
            SET LOCAL statement_timeout = \(timeout); SET LOCAL idle_in_transaction_session_timeout = 60000; \
            SET LOCAL enable_seqscan = off
            """
        pool = ConnectionPool((0..<connections).map { _ in Connection(settings: settings, logger: logger) })
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try await perform("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \(settings)", body)
    }

    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try await perform("BEGIN ISOLATION LEVEL SERIALIZABLE; \(settings)", body)
    }

    /// Whether a pooler stands between, so that a session's locks and notifications can't be had.
    /// - Throws: ``SQLError``.
    package func isPooled() async throws -> Bool {
        try await retrying { try await $0.isPooled() }
    }

    package func close() async {
        await pool.close()
    }

    private func perform<Result: Sendable>(
        _ begin: String, _ body: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try await retrying { try await $0.transaction(begin, body) }
    }

    private func retrying<Result: Sendable>(
        _ body: @Sendable (Connection) async throws -> Result
    ) async throws -> Result {
        var conflicts = 0
        var lostSince: ContinuousClock.Instant?
        while true {
            do {
                return try await pool.withConnection(body)
            } catch StatementFailure.conflict(let error) {
                conflicts += 1
                guard conflicts < Self.attempts else { throw SQLError.contention(error.text) }
                // Random, so that those who collided don't meet again.
                try await Task.sleep(for: .microseconds(Int.random(in: 0...(1000 << min(conflicts, 8)))))
            } catch StatementFailure.lost(let error) {
                let since = lostSince ?? .now
                lostSince = since
                guard .now - since < Self.patience else { throw SQLError.unavailable(error.text) }
                try await Task.sleep(for: .milliseconds(100))
            } catch StatementFailure.refused(let error) {
                throw error
            }
        }
    }
}
