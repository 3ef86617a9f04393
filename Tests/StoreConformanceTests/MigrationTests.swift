import Core
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

    @Test(arguments: Engine.allCases)
    func aLimitInTokensIsEnoughForAsManyOfThemInUnits(_ engine: Engine) async throws {
        try await engine.withDatabase(migrations: []) { database async throws in
            let units = try #require(Migrations.all.first { $0.name == "units" })
            try await Migrator(Migrations.all.filter { $0.number < units.number }, logger: logger).migrate(database)
            try await database.write { transaction in
                _ = try transaction.execute(
                    "INSERT INTO customers (id, language, created_at) VALUES ('cst_1', 'en', 0)", [])
                _ = try transaction.execute(
                    """
                    INSERT INTO boxes (id, customer_id, tier, agent_name, purpose, language, desired, generation,
                        restart_marker, observed_generation, status, created_at, restarts, failures)
                    VALUES ('box_1', 'cst_1', 'pro', 'Ada', '', 'en', 'running', 1, 0, 1, 'running', 0, 0, 0)
                    """, [])
                for (start, used) in [(0, 400), (1, 1000), (2, 1200)] {
                    _ = try transaction.execute(
                        """
                        INSERT INTO quotas (customer_id, period_start, period_end, token_limit, used, reserved)
                        VALUES ('cst_1', \(start), 9, 1000, \(used), 0)
                        """, [])
                }
                _ = try transaction.execute(
                    """
                    INSERT INTO usage_events
                        (request_id, customer_id, box_id, period_start, model, input, cached, output, estimated, created_at)
                    VALUES ('lost_1', 'cst_1', 'box_1', 0, 'lost', 0, 0, 70, 1, 0)
                    """, [])
            }
            try await Migrator(Migrations.all, logger: logger).migrate(database)
            try await database.read { transaction in
                let limits = try transaction.query("SELECT token_limit FROM quotas ORDER BY period_start", [])
                #expect(try limits.map { try $0.integer("token_limit") } == [2800, 1000, 1000])
                let floors = try transaction.query("SELECT floor_units FROM quotas ORDER BY period_start", [])
                #expect(try floors.map { try $0.integer("floor_units") } == [2800, 1000, 1000], "what runs keeps its limit")
                let lost = try transaction.first("SELECT input, output FROM usage_events", [])
                #expect(try lost?.integer("input") == 70 && lost?.integer("output") == 0)
            }
        }
    }

    /// What was told before in words, in either language, is told by its code; what has none, by the status alone.
    @Test(arguments: Engine.allCases)
    func whatOwnersWereToldInWordsIsToldInTheirLanguageAfterwards(_ engine: Engine) async throws {
        let told: [(String, OwnerMessage?)] = [
            (OwnerMessage.asleep.text[.portuguese], .asleep), (OwnerMessage.noBot.text[.english], .noBot),
            (OwnerMessage.takesLong.text[.portuguese], .takesLong), (OwnerMessage.dataKept.text[.english], .dataKept),
            (OwnerMessage.failed(.configurationRefused).text[.portuguese], .failed(.configurationRefused)),
            (OwnerMessage.restarting(.exited(code: 1)).text[.english], .restarting(.vanished)),
            (OwnerMessage.failed(.noRoom).text[.portuguese], .failed(.vanished)), ("Check that ENCRYPTION_KEY is set.", nil),
        ]
        try await engine.withDatabase(migrations: []) { database async throws in
            let messages = try #require(Migrations.all.first { $0.name == "owner_messages" })
            try await Migrator(Migrations.all.filter { $0.number < messages.number }, logger: logger).migrate(database)
            try await database.write { transaction in
                for (text, _) in told {
                    let customer = Customer.sample()
                    let box = Box.sample(of: customer)
                    try transaction.execute(
                        "INSERT INTO customers (id, language, created_at) VALUES (?1, 'en', 0)",
                        [.text(customer.id.rawValue)])
                    try transaction.execute(
                        """
                        INSERT INTO boxes (id, customer_id, tier, agent_name, purpose, language, desired, generation,
                            restart_marker, observed_generation, status, created_at, restarts, failures, detail)
                        VALUES (?1, ?2, 'pro', 'Ada', '', 'en', 'running', 1, 0, 1, 'running', 0, 0, 0, ?3)
                        """, [.text(box.id.rawValue), .text(customer.id.rawValue), .text(text)])
                }
            }
            try await Migrator(Migrations.all, logger: logger).migrate(database)
            let boxes = try await database.read { try BoxStore($0).allToReconcile() }
            #expect(boxes.map(\.message) == told.map(\.1))
        }
    }
}
