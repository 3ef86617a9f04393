import FoundationEssentials

/// Where a Redis is, and how to get in.
struct RedisAddress: Sendable {
    let host: String
    let port: Int
    let isEncrypted: Bool
    let username: String?
    let password: String?
    let database: Int

    /// - Parameter url: `redis://user:password@host:6379/0`, or `rediss://` over TLS; all but the host may be missing.
    /// - Throws: ``RedisError/invalidURL(_:)``.
    init(url: String) throws(RedisError) {
        guard let url = URL(string: url), let scheme = url.scheme?.lowercased(), ["redis", "rediss"].contains(scheme),
            let host = url.host(percentEncoded: false), !host.isEmpty, url.query() == nil
        else { throw Self.unreadable }
        let path = url.path(percentEncoded: false).drop { $0 == "/" }
        guard let database = path.isEmpty ? 0 : Int(path), database >= 0 else { throw Self.unreadable }
        // `[::1]`
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = url.port ?? 6379
        isEncrypted = scheme == "rediss"
        let user = url.user(percentEncoded: false) ?? ""
        username = user.isEmpty ? nil : user
        password = url.password(percentEncoded: false).flatMap { $0.isEmpty ? nil : $0 }
        self.database = database
        if username != nil, password == nil { throw Self.unreadable }
    }

    private static let unreadable = RedisError.invalidURL(
        """
        the URL can't be read; it should look like redis://user:password@host:6379/0 or rediss://…, with special characters in \
        the password percent-encoded
        """)

    /// What a new connection begins with. A password without a user is the default user's.
    var greeting: [[String]] {
        var hello = ["HELLO", "3"]
        if let password { hello += ["AUTH", username ?? "default", password] }
        hello += ["SETNAME", "openclaw-cloud"]
        return [hello] + (database == 0 ? [] : [["SELECT", String(database)]])
    }
}
