import Core
import Logging
import Postgres
import SQL

/// Keeps two processes that each are the whole product off the same PostgreSQL, as the data directory's lock does for SQLite:
/// whoever is alone may take over at once what an earlier run held.
struct DatabaseLock: Sendable {
    /// An advisory lock belongs to a session, so this one has a connection of its own.
    private let session: PostgresDatabase

    /// Any number that nothing else in the database uses; the other half of the key is the schema.
    private static let key: Int64 = 0x6F70_656E

    /// Takes the lock; waits a little for the server to notice that an earlier holder was killed.
    ///
    /// Behind a pooler there is no session to hold it: who wants to be alone is refused, and who doesn't goes on without.
    /// - Throws: ``DomainError`` with the code `database_in_use` or `database_pooled`; `SQLError`.
    init(url: Secret, sharing: DataDirectory.Sharing, logger: Logger) async throws {
        session = try PostgresDatabase(url: url.reveal(), connections: 1, logger: logger)
        if try await session.isPooled() {
            await session.close()
            guard sharing == .exclusive else { return }
            throw DomainError(
                .unavailable, code: "database_pooled",
                "DATABASE_URL leads through a connection pooler, and `serve` must hold a lock that no pooler keeps. "
                    + "Set DATABASE_DIRECT_URL to the same database without the pooler, or run the services apart.")
        }
        let function = sharing == .exclusive ? "pg_try_advisory_lock" : "pg_try_advisory_lock_shared"
        for _ in 0..<50 {
            let isHeld = try await session.write { transaction in
                try transaction.first(
                    "SELECT CASE WHEN \(function)(CAST(?1 AS integer), hashtext(current_schema())) THEN 1 ELSE 0 END AS held",
                    [.integer(Self.key)]
                )?.integer("held") == 1
            }
            if isHeld { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        await session.close()
        throw DomainError(
            .unavailable, code: "database_in_use",
            "Another openclaw-cloud is using this database. `serve` wants it for itself; to share it, run the services apart."
        )
    }

    func release() async {
        await session.close()
    }
}
