import FoundationEssentials
import Logging
import Postgres
import SQL
import TestSupport
import Testing

/// PostgreSQL behind a connection pooler in transaction mode; scripts/with-pgbouncer starts one. The whole suite runs behind it,
/// these tests are about the pooler itself.
@Suite(.enabled(if: Place.pooler != nil, "scripts/with-pgbouncer starts a pooler"))
struct PoolerTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let environment = ProcessInfo.processInfo.environment

    @Test func itIsNoticed() async throws {
        try await Engine.postgres.withPlace { place in
            let (pooled, direct) = (try place.url, try place.directURL)
            #expect(try await isPooled(pooled))
            #expect(try await !isPooled(direct))
        }
    }

    @Test func twoProgramsAskTheSameThingThroughTheSameSessions() async throws {
        try await Engine.postgres.withPlace { place in
            for _ in 0..<2 {
                let database = try place.open(connections: 4)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in Int64(0)..<40 {
                        group.addTask {
                            let answer = try await database.read {
                                try $0.first("SELECT CAST(?1 AS bigint) AS n", [.integer(number)])?.integer("n")
                            }
                            #expect(answer == number)
                        }
                    }
                    try await group.waitForAll()
                }
                await database.close()
            }
        }
    }

    @Test func noSettingOfOursStaysInASessionThatOthersGet() async throws {
        try await Engine.postgres.withPlace { place in
            let database = try PostgresDatabase(
                url: place.url, connections: 1, statementTimeout: .milliseconds(12_345), logger: logger)
            let inside = try await database.read { try $0.first("SHOW statement_timeout", [])?.text("statement_timeout") }
            #expect(inside == "12345ms")
            await database.close()
            let other = try PostgresDatabase(url: place.url, connections: 1, statementTimeout: .seconds(60), logger: logger)
            let outside = try await other.read { transaction in
                try transaction.first(
                    "SELECT reset_val || ' ' || source AS text FROM pg_settings WHERE name = 'enable_seqscan'", [])?.text(
                        "text")
            }
            #expect(outside == "on session", "set in the transaction, and on again after it")
            await other.close()
        }
    }

    @Test func aServerOverTLSIsTakenAtItsNameAlone() async throws {
        let url = try #require(environment["TEST_POOLER_TLS_URL"])
        let authority = try #require(environment["TEST_POOLER_CA"])
        #expect(try await isPooled(url + "&sslrootcert=\(authority)"))
        // Another name of the same machine, and an authority that didn't sign.
        let renamed = url.split(separator: "localhost").joined(separator: "127.0.0.1")
        for wrong in [renamed + "&sslrootcert=\(authority)", url + "&sslrootcert=/etc/ssl/certs/ca-certificates.crt"] {
            await #expect {
                _ = try await isPooled(wrong)
            } throws: { error in
                guard case SQLError.unavailable(let text) = error else { return false }
                return text.contains("certificate")
            }
        }
    }

    private func isPooled(_ url: String) async throws -> Bool {
        let database = try PostgresDatabase(url: url, connections: 1, logger: logger)
        do {
            let answer = try await database.isPooled()
            await database.close()
            return answer
        } catch {
            await database.close()
            throw error
        }
    }
}
