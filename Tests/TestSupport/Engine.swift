import FoundationEssentials
import Logging
import Postgres
package import SQL
import SQLite
import Store

/// The two databases that everything stored must behave the same on.
package enum Engine: String, Sendable, CaseIterable {
    case sqlite, postgres

    /// Those that `TEST_ENGINES` names, such as `sqlite`; both unless it is set. Behind a pooler only what is behind it.
    package static let allCases: [Engine] = {
        if Place.pooler != nil { return [.postgres] }
        guard let names = ProcessInfo.processInfo.environment["TEST_ENGINES"] else { return [.sqlite, .postgres] }
        return names.split(separator: ",").compactMap { Engine(rawValue: String($0)) }
    }()

    /// For tests that are about one engine alone.
    package var isTested: Bool { Self.allCases.contains(self) }

    /// Makes a database of a test's own and removes it afterwards.
    /// - Parameter migrations: what is applied before `body` runs.
    @discardableResult
    package func withDatabase<Result>(
        migrations: [Migration] = Migrations.all, _ body: (any Database) async throws -> Result
    ) async throws -> Result {
        try await withPlace { place in
            let database = try place.open()
            do {
                try await Migrator(migrations, logger: quiet).migrate(database)
                let result = try await body(database)
                await database.close()
                return result
            } catch {
                await database.close()
                throw error
            }
        }
    }

    /// Makes room for a database of a test's own, which it may open several times, as several processes would.
    @discardableResult
    package func withPlace<Result>(_ body: (Place) async throws -> Result) async throws -> Result {
        let place = Place(engine: self)
        do {
            try await place.create()
            let result = try await body(place)
            try await place.remove()
            return result
        } catch {
            try? await place.remove()
            throw error
        }
    }
}

/// Where one test's database lies: a file in a temporary folder, or a schema of the test server.
package struct Place: Sendable {
    package let engine: Engine
    private let name = "test_" + UUID().uuidString.lowercased().split(separator: "-").joined()

    init(engine: Engine) {
        self.engine = engine
    }

    /// Opens the database once more.
    package func open(connections: Int = 6) throws -> any Database {
        switch engine {
        case .sqlite:
            return try SQLiteDatabase(path: folder.appending(path: "test.sqlite").path, logger: quiet)
        case .postgres:
            return try PostgresDatabase(url: try url, connections: connections, logger: quiet)
        }
    }

    /// The server's URL with the test's schema; for tests that are about PostgreSQL alone.
    package var url: String {
        get throws {
            if let pooler = Self.pooler { return pooler.split(separator: "{user}").joined(separator: name) }
            return try directURL
        }
    }

    /// The same past a pooler.
    package var directURL: String {
        get throws {
            let server = try Self.server
            return server + (server.contains("?") ? "&" : "?") + "options=-csearch_path%3D\(name)"
        }
    }

    private var folder: URL { FileManager.default.temporaryDirectory.appending(path: name) }

    fileprivate func create() async throws {
        guard engine == .postgres else { return }
        try await onServer("CREATE SCHEMA \(name)")
        // A pooler passes no options on: the schema comes with the user.
        guard Self.pooler != nil else { return }
        try await onServer("CREATE ROLE \(name) SUPERUSER LOGIN")
        try await onServer("ALTER ROLE \(name) SET search_path TO \(name)")
    }

    fileprivate func remove() async throws {
        switch engine {
        case .sqlite:
            if FileManager.default.fileExists(atPath: folder.path) { try FileManager.default.removeItem(at: folder) }
        case .postgres:
            try await onServer("DROP SCHEMA \(name) CASCADE")
            if Self.pooler != nil { try await onServer("DROP ROLE \(name)") }
        }
    }

    private func onServer(_ sql: String) async throws {
        let database = try PostgresDatabase(url: try Self.server, connections: 1, logger: quiet)
        _ = try await database.write { try $0.execute(sql, []) }
        await database.close()
    }

    /// The URL of a pooler in front of the server, with `{user}` in it; set by scripts/with-pgbouncer.
    package static let pooler = ProcessInfo.processInfo.environment["TEST_POOLER_URL"]

    private static var server: String {
        get throws {
            guard let url = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"] else { throw NoServer() }
            return url
        }
    }
}

private struct NoServer: Error, CustomStringConvertible {
    let description = "TEST_DATABASE_URL is not set; run the tests with: scripts/with-postgres swift test"
}

private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
