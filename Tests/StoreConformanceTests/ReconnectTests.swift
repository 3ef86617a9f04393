import Logging
import Postgres
import SQL
import TestSupport
import Testing

/// PostgreSQL alone: the server can go away while the program runs.
struct ReconnectTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test(.enabled(if: Engine.postgres.isTested))
    func theNextCallConnectsAgainAfterTheServerClosedTheConnection() async throws {
        try await Engine.postgres.withPlace { place in
            let database = try place.open(connections: 1)
            let killer = try place.open(connections: 1)
            let pid = try await backend(of: database)
            _ = try await killer.read { try $0.query("SELECT pg_terminate_backend(?1::integer)", [.integer(pid)]) }
            #expect(try await backend(of: database) != pid)
            await database.close()
            await killer.close()
        }
    }

    @Test(.enabled(if: Engine.postgres.isTested))
    func aTransactionThatLosesItsConnectionBeforeTheCommitIsRunAgain() async throws {
        try await Engine.postgres.withPlace { place in
            let database = try place.open(connections: 1)
            let killer = try place.open(connections: 1)
            let first = try await backend(of: database)
            _ = try await database.write { try $0.execute("CREATE TABLE things (backend bigint)", []) }
            async let written = database.write { transaction in
                let backend = try transaction.first("SELECT pg_backend_pid() AS pid", [])?.integer("pid") ?? 0
                try transaction.execute("INSERT INTO things VALUES (?1)", [.integer(backend)])
                if backend == first { _ = try transaction.query("SELECT pg_sleep(10)", []) }
                return backend
            }
            // Not before it sleeps, so that the connection breaks in the middle of the transaction.
            var isAsleep = false
            while !isAsleep {
                isAsleep = try await killer.read { transaction in
                    try transaction.first(
                        "SELECT pid FROM pg_stat_activity WHERE pid = ?1 AND wait_event = 'PgSleep'", [.integer(first)])
                        != nil
                }
            }
            _ = try await killer.read { try $0.query("SELECT pg_terminate_backend(?1::integer)", [.integer(first)]) }
            let second = try await written
            #expect(second != first)
            let stored = try await database.read {
                try $0.query("SELECT backend FROM things", []).map { try $0.integer("backend") }
            }
            #expect(stored == [second])
            await database.close()
            await killer.close()
        }
    }

    @Test func aServerThatIsNotThereIsUnavailableWithinAMinute() async throws {
        let database = try PostgresDatabase(
            url: "postgres://user:hunter2@127.0.0.1:1/none", connections: 1, logger: logger)
        let start = ContinuousClock.now
        await #expect {
            _ = try await database.read { try $0.query("SELECT 1 AS one", []) }
        } throws: { error in
            guard case SQLError.unavailable(let text) = error else { return false }
            return !text.contains("hunter2") && !text.isEmpty
        }
        #expect(.now - start < .seconds(60))
        await database.close()
    }

    @Test func aStatementThatTakesTooLongIsEndedAndNotTriedAgain() async throws {
        try await Engine.postgres.withPlace { place in
            let database = try PostgresDatabase(
                url: place.url, connections: 1, statementTimeout: .milliseconds(200), logger: logger)
            await #expect {
                _ = try await database.read { try $0.query("SELECT pg_sleep(60)", []) }
            } throws: { error in
                guard case SQLError.unavailable(let text) = error else { return false }
                return text.contains("statement timeout")
            }
            #expect(try await database.read { try $0.query("SELECT 1 AS one", []).count } == 1)
            await database.close()
        }
    }

    private func backend(of database: any Database) async throws -> Int64 {
        try await database.read { try $0.first("SELECT pg_backend_pid() AS pid", [])?.integer("pid") ?? 0 }
    }
}
