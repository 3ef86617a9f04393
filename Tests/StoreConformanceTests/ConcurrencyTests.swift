import Logging
import SQL
import TestSupport
import Testing

/// Whatever runs at once, the outcome is one that an order of the transactions would have had.
struct ConcurrencyTests {
    private struct Refused: Error {}

    private static let tables = [
        Migration(
            number: 1, name: "tables",
            sql: """
                CREATE TABLE counters (id bigint PRIMARY KEY, n bigint NOT NULL);
                CREATE TABLE doctors (id bigint PRIMARY KEY, on_call bigint NOT NULL);
                INSERT INTO counters VALUES (1, 0);
                INSERT INTO doctors VALUES (1, 1), (2, 1);

                """)
    ]

    @Test(arguments: Engine.allCases)
    func noIncrementIsLostBetweenTwoProcesses(_ engine: Engine) async throws {
        try await engine.withPlace { place in
            let databases = [try place.open(), try place.open()]
            try await Migrator(Self.tables, logger: .init(label: "test")).migrate(databases[0])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for task in 0..<8 {
                    group.addTask {
                        for _ in 0..<10 {
                            // Reads and writes apart, so that only isolation keeps them together.
                            _ = try await databases[task % 2].write { transaction in
                                let n = try transaction.first("SELECT n FROM counters WHERE id = 1", [])?.integer("n") ?? 0
                                return try transaction.execute("UPDATE counters SET n = ?1 WHERE id = 1", [.integer(n + 1)])
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let n = try await databases[1].read { try $0.first("SELECT n FROM counters", [])?.integer("n") }
            #expect(n == 80)
            for database in databases { await database.close() }
        }
    }

    /// The textbook's write skew: each of two doctors may leave only while the other is on call.
    @Test(arguments: Engine.allCases)
    func writeSkewIsRefused(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.tables) { database in
            for _ in 0..<10 {
                _ = try await database.write { try $0.execute("UPDATE doctors SET on_call = 1", []) }
                await withTaskGroup(of: Void.self) { group in
                    for doctor: Int64 in [1, 2] {
                        group.addTask {
                            _ = try? await database.write { transaction in
                                let onCall = try transaction.query("SELECT id FROM doctors WHERE on_call = 1", [])
                                guard onCall.count > 1 else { throw Refused() }
                                return try transaction.execute(
                                    "UPDATE doctors SET on_call = 0 WHERE id = ?1", [.integer(doctor)])
                            }
                        }
                    }
                }
                let left = try await database.read { try $0.query("SELECT id FROM doctors WHERE on_call = 1", []).count }
                #expect(left == 1)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func insertingAtOnceLeavesOneRow(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.tables) { database in
            let inserted = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        try await database.write {
                            try $0.execute("INSERT INTO counters VALUES (2, 0) ON CONFLICT (id) DO NOTHING", [])
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(inserted == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func manyMoreCallsThanConnectionsAllGetTheirTurn(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.tables) { database in
            let sum = try await withThrowingTaskGroup(of: Int64.self) { group in
                for i in 0..<200 {
                    group.addTask {
                        try await database.read {
                            try $0.first("SELECT CAST(?1 AS bigint) AS i", [.integer(Int64(i))])?.integer("i") ?? 0
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 19_900)
        }
    }

    @Test(.enabled(if: Engine.postgres.isTested)) func awaitingAConnectionCanBeCancelled() async throws {
        try await Engine.postgres.withPlace { place in
            let database = try place.open(connections: 1)
            let (begun, signal) = AsyncStream.makeStream(of: Void.self)
            let holder = Task {
                try await database.read { transaction in
                    signal.yield()
                    return try transaction.query("SELECT pg_sleep(0.5)", []).count
                }
            }
            for await _ in begun { break }
            let waiter = Task { try await database.read { try $0.query("SELECT 1 AS one", []).count } }
            waiter.cancel()
            await #expect(throws: CancellationError.self) { try await waiter.value }
            #expect(try await holder.value == 1)
            #expect(try await database.read { try $0.query("SELECT 1 AS one", []).count } == 1)
            await database.close()
        }
    }
}
