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

    /// Applies what is missing. Several processes may do this at once: each step is applied by one of them, and none returns
    /// before all steps are in place.
    /// - Returns: the migrations that were applied by this call.
    /// - Throws: ``SQLError``; the steps before the failing one stay applied.
    @discardableResult
    package func migrate(_ database: any Database) async throws -> [Migration] {
        try await change(database) { transaction in
            try transaction.execute(
                "CREATE TABLE IF NOT EXISTS migrations (number bigint PRIMARY KEY, name text NOT NULL)", [])
        }
        var applied: [Migration] = []
        for migration in migrations {
            let isNew = try await change(database) { transaction in
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
        let done = try await database.read { transaction in
            let tables = try transaction.query(transaction.dialect.tables, []).map { try $0.text("name") }
            guard tables.contains("migrations") else { return Set<Int64>() }
            return Set(try transaction.query("SELECT number FROM migrations", []).map { try $0.integer("number") })
        }
        return migrations.filter { !done.contains($0.number) }
    }

    @discardableResult
    private func change<Result: Sendable>(
        _ database: any Database, _ body: @escaping @Sendable (any Transaction) throws -> Result
    ) async throws -> Result {
        try await database.write { transaction in
            for statement in transaction.dialect.schemaChangePreamble {
                try transaction.execute(statement, [])
            }
            return try body(transaction)
        }
    }
}
