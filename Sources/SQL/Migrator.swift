package import Logging

/// A numbered step of the schema. Once released it never changes.
package struct Migration: Sendable {
    package let number: Int64
    package let name: String
    /// Statements, each ending in `;` at the end of a line.
    package let sql: String

    package init(number: Int64, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    var statements: [String] {
        sql.split(separator: ";\n").map { $0.split(separator: "\n").filter { !$0.hasPrefix("--") }.joined(separator: "\n") }
            .filter { $0.contains { !$0.isWhitespace } }
    }
}

/// Brings a database to the newest schema, each step in a transaction of its own.
package struct Migrator: Sendable {
    private let migrations: [Migration]
    private let logger: Logger

    package init(_ migrations: [Migration], logger: Logger) {
        self.migrations = migrations.sorted { $0.number < $1.number }
        self.logger = logger
    }

    /// Applies what is missing; safe to run from several processes at once.
    /// - Returns: the migrations that were applied now.
    /// - Throws: ``SQLError``; the steps before the failing one stay applied.
    @discardableResult
    package func migrate(_ database: any Database) async throws -> [Migration] {
        _ = try await database.write { transaction in
            try transaction.execute(
                "CREATE TABLE IF NOT EXISTS migrations (number bigint PRIMARY KEY, name text NOT NULL)", [])
        }
        var applied: [Migration] = []
        for migration in migrations {
            let isNew = try await database.write { transaction in
                let isNew =
                    try transaction.execute(
                        "INSERT INTO migrations (number, name) VALUES (?1, ?2) ON CONFLICT (number) DO NOTHING",
                        [.integer(migration.number), .text(migration.name)]) == 1
                if isNew {
                    for statement in migration.statements {
                        try transaction.execute(statement, [])
                    }
                }
                return isNew
            }
            if isNew {
                logger.info("schema migrated", metadata: ["migration": "\(migration.number) \(migration.name)"])
                applied.append(migration)
            }
        }
        return applied
    }

    /// The migrations that `database` still lacks.
    /// - Throws: ``SQLError``.
    package func pending(_ database: any Database) async throws -> [Migration] {
        let done: Set<Int64>
        do {
            done = try await database.read { transaction in
                Set(try transaction.query("SELECT number FROM migrations", []).map { try $0.integer("number") })
            }
        } catch SQLError.failed {
            return migrations  // no table of migrations yet
        }
        return migrations.filter { !done.contains($0.number) }
    }
}
