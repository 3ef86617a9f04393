import SQL
import Testing

@testable import Postgres

struct ConnectionSettingsTests {
    @Test(arguments: [
        "not a url", "postgres://user:pa/ss@host/db", "postgres://user:pa:ss@host:port/db",
        "postgres://user:secret@host/db?unknown=1", "postgres://user:secret@[host/db",
    ])
    func refusesUnreadableURLsWithoutRepeatingThem(_ url: String) {
        #expect {
            _ = try ConnectionSettings(url: url)
        } throws: { error in
            guard case SQLError.unavailable(let text) = error else { return false }
            return !text.contains("secret") && !text.contains("ss@") && text.contains("postgres://user:password@host")
        }
    }

    @Test func removesThePasswordFromMessages() throws {
        let settings = try ConnectionSettings(url: "postgres://user:s3cr%40t@host/db")
        #expect(settings.redacted("login with s3cr@t failed") == "login with [redacted] failed")
    }

    @Test(arguments: [
        ("40001", "conflict"), ("40P01", "conflict"), ("08006", "lost"), ("57P01", "lost"), ("57P03", "lost"),
        ("53300", "lost"), ("26000", "lost"), ("23505", "unique violation: t"), ("23503", "foreign key violation: t"),
        ("55P03", "too much contention: t"), ("42601", "database error: t"), ("57014", "database unavailable: t"),
    ])
    func sortsFailuresByTheirSQLSTATE(_ state: String, _ expected: String) {
        switch StatementFailure(state: state, text: "t") {
        case .conflict: #expect(expected == "conflict")
        case .lost: #expect(expected == "lost")
        case .refused(let error): #expect(expected == error.description)
        }
    }
}
