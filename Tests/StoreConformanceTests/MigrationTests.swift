import Logging
import SQL
import Store
import TestSupport
import Testing

struct MigrationTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test(arguments: Engine.allCases)
    func theProductsSchemaIsAppliedOnce(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: []) { database async throws in
            let migrator = Migrator(Migrations.all, logger: logger)
            #expect(try await migrator.pending(database).map(\.number) == Migrations.all.map(\.number))
            #expect(try await migrator.migrate(database).count == Migrations.all.count)
            #expect(try await migrator.migrate(database).isEmpty)
            #expect(try await migrator.pending(database).isEmpty)
        }
    }

    @Test(arguments: Engine.allCases)
    func aDatabaseThatWasNeverMigratedLacksEverything(_ engine: Engine) async throws {
        try await engine.withPlace { place in
            let database = try place.open()
            let pending = try await Migrator(Migrations.all, logger: logger).pending(database)
            #expect(pending.count == Migrations.all.count)
            await database.close()
        }
    }

    @Test(arguments: Engine.allCases)
    func severalProcessesMayMigrateAtOnce(_ engine: Engine) async throws {
        try await engine.withPlace { place in
            let applied = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for _ in 0..<6 {
                    group.addTask { [logger] in
                        let database = try place.open(connections: 1)
                        let migrator = Migrator(Migrations.all, logger: logger)
                        let applied = try await migrator.migrate(database).map(\.number)
                        #expect(try await migrator.pending(database).isEmpty)
                        await database.close()
                        return applied
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == Migrations.all.map(\.number))
        }
    }

    @Test(arguments: Engine.allCases)
    func aStepThatFailsLeavesNothingBehindAndThoseBeforeItStay(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: []) { database async throws in
            let good = Migration(number: 1, name: "good", sql: "CREATE TABLE good (id bigint);\n")
            let bad = Migration(
                number: 2, name: "bad", sql: "CREATE TABLE half (id bigint);\nCREATE TABLE good (id bigint);\n")
            let migrator = Migrator([bad, good], logger: logger)
            await #expect(throws: SQLError.self) { try await migrator.migrate(database) }
            #expect(try await migrator.pending(database).map(\.number) == [2])
            let repaired = Migration(number: 2, name: "bad", sql: "CREATE TABLE half (id bigint);\n")
            #expect(try await Migrator([good, repaired], logger: logger).migrate(database).map(\.number) == [2])
        }
    }
}
