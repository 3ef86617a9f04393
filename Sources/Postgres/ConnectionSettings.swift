import CLibPQ
import SQL

/// What libpq is given to connect with.
struct ConnectionSettings: Sendable {
    private let url: String
    private let password: String?

    /// - Throws: ``SQLError/unavailable(_:)``, without the URL: libpq's own message could repeat a part of the password.
    init(url: String) throws(SQLError) {
        guard let options = PQconninfoParse(url, nil) else { throw Self.unreadable }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        // A password with an unescaped `:` or `/` ends up in the port.
        for port in (values["port"] ?? "").split(separator: ",") where UInt16(port) == nil {
            throw Self.unreadable
        }
        self.url = url
        password = values["password"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static let unreadable = SQLError.unavailable(
        """
        the database URL can't be read; it should look like postgres://user:password@host:5432/database, \
        with special characters in the password percent-encoded
        """)

    /// In libpq's order: what stands before the URL is a default, what stands after it is not up to the URL.
    var keywordsAndValues: [(keyword: String, value: String)] {
        [
            ("connect_timeout", "5"), ("application_name", "openclaw-cloud"),
            // A server that vanished without a word is noticed in about a minute.
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
            ("dbname", url), ("client_encoding", "UTF8"),
        ]
    }

    /// For libpq's messages about a connection that failed.
    func redacted(_ text: String) -> String {
        guard let password else { return text }
        return text.split(separator: password, omittingEmptySubsequences: false).joined(separator: "[redacted]")
    }
}
