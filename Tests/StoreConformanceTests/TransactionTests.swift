import SQL
import Synchronization
import TestSupport
import Testing

/// What a transaction promises, on either engine.
struct TransactionTests {
    private struct Refusal: Error {}

    private static let tables = [
        Migration(
            number: 1, name: "tables",
            sql: """
                CREATE TABLE parents (id bigint PRIMARY KEY, name text UNIQUE);
                CREATE TABLE children (id bigint PRIMARY KEY, parent_id bigint NOT NULL REFERENCES parents (id));

                """)
    ]

    @Test(arguments: Engine.allCases)
    func nothingIsStoredOfABodyThatThrows(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.tables) { database async throws in
            await #expect(throws: Refusal.self) {
                try await database.write { transaction in
                    try transaction.execute("INSERT INTO parents (id) VALUES (1)", [])
                    throw Refusal()
                }
            }
            #expect(try await count("parents", in: database) == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func aFailedStatementDoomsItsTransactionEvenIfTheBodyGoesOn(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.tables) { database async throws in
            await #expect {
                try await database.write { transaction in
                    try transaction.execute("INSERT INTO parents (id) VALUES (1)", [])
                    _ = try? transaction.execute("INSERT INTO parents (id) VALUES (1)", [])
                    _ = try? transaction.execute("INSERT INTO parents (id) VALUES (2)", [])
                }
            } throws: { error in
                if case SQLError.uniqueViolation = error { true } else { false }
            }
            #expect(try await count("parents", in: database) == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func tellsUniquenessForeignKeysAndMistakesApart(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.tables) { database in
            _ = try await database.write { try $0.execute("INSERT INTO parents (id, name) VALUES (1, 'secret-name')", []) }
            #expect(await kind("INSERT INTO parents (id) VALUES (1)", in: database) == "unique violation")
            #expect(
                await kind("INSERT INTO parents (id, name) VALUES (2, 'secret-name')", in: database) == "unique violation")
            #expect(await kind("INSERT INTO children VALUES (1, 9)", in: database) == "foreign key violation")
            #expect(await kind("INSERT INTO children VALUES (1, NULL)", in: database) == "database error")
            #expect(await kind("SELEC 1", in: database) == "database error")
            #expect(await kind("SELECT * FROM nowhere", in: database) == "database error")
        }
    }

    @Test(arguments: Engine.allCases)
    func errorsDoNotRepeatTheValues(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.tables) { database async throws in
            await #expect {
                try await database.write { transaction in
                    try transaction.execute("INSERT INTO parents (id, name) VALUES (1, ?1)", ["s3cret"])
                    try transaction.execute("INSERT INTO parents (id, name) VALUES (2, ?1)", ["s3cret"])
                }
            } throws: { error in
                "\(error)".contains("unique violation") && !"\(error)".contains("s3cret")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aReadCannotWrite(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.tables) { database async throws in
            await #expect(throws: SQLError.self) {
                try await database.read { try $0.execute("INSERT INTO parents (id) VALUES (1)", []) }
            }
            #expect(try await count("parents", in: database) == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func aReadSeesOneSnapshotWhileOthersWrite(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.tables) { database in
            let step = Mutex(0)
            async let counts = database.read { transaction in
                let first = try transaction.query("SELECT * FROM parents", []).count
                step.withLock { $0 = 1 }
                while step.withLock({ $0 < 2 }) {}
                return (first, try transaction.query("SELECT * FROM parents", []).count)
            }
            while step.withLock({ $0 < 1 }) { await Task.yield() }
            let written = await Swift.Result { try await insertParent(1, in: database) }
            step.withLock { $0 = 2 }
            try written.get()
            let (first, second) = try await counts
            #expect(first == 0 && second == 0)
            #expect(try await count("parents", in: database) == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func aCancelledTaskBeginsNoTransaction(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.tables) { database async throws in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await insertParent(1, in: database)
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await count("parents", in: database) == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func aTransactionThatHasBegunIsNotInterruptedByCancellation(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: Self.tables) { database in
            let step = Mutex(0)
            let task = Task {
                try await database.write { transaction in
                    try transaction.execute("INSERT INTO parents (id) VALUES (1)", [])
                    step.withLock { $0 = 1 }
                    while step.withLock({ $0 < 2 }) {}
                    try transaction.execute("INSERT INTO parents (id) VALUES (2)", [])
                }
            }
            while step.withLock({ $0 < 1 }) { await Task.yield() }
            task.cancel()
            step.withLock { $0 = 2 }
            _ = try await task.value
            #expect(try await count("parents", in: database) == 2)
        }
    }

    @Test(arguments: Engine.allCases)
    func aClosedDatabaseIsUnavailable(_ engine: Engine) async throws {
        try await engine.withPlace { place in
            let database = try place.open()
            _ = try await database.read { try $0.query("SELECT 1 AS one", []) }
            await database.close()
            await #expect {
                _ = try await database.read { try $0.query("SELECT 1 AS one", []) }
            } throws: { error in
                if case SQLError.unavailable = error { true } else { false }
            }
        }
    }

    private func insertParent(_ id: Int64, in database: any Database) async throws {
        _ = try await database.write { try $0.execute("INSERT INTO parents (id) VALUES (?1)", [.integer(id)]) }
    }

    private func count(_ table: String, in database: any Database) async throws -> Int {
        try await database.read { try $0.query("SELECT * FROM \(table)", []).count }
    }

    /// The words before the colon of the error that a statement gets.
    private func kind(_ sql: String, in database: any Database) async -> String {
        do {
            _ = try await database.write { try $0.execute(sql, []) }
            return "no error"
        } catch {
            return String("\(error)".prefix { $0 != ":" })
        }
    }
}

extension Swift.Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
