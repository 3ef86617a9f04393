import FoundationEssentials

/// Where the mail server is and how to talk to it, read from a URL.
struct SMTPServerAddress: Sendable {
    enum Encryption: Sendable {
        /// None.
        case plain
        /// The connection starts in plain text and is upgraded before anything else is said (RFC 3207).
        case startTLS
        /// TLS from the first byte (RFC 8314, 3.3).
        case implicit
    }

    let host: String
    let port: Int
    let encryption: Encryption
    let credentials: SMTPCredentials?

    /// - Parameter url: `smtp://host[:port]` or `smtps://host[:port]`, with `user:password@` if needed. The former is plain on
    ///   this machine, unless it says `?starttls=required`; another machine must offer STARTTLS.
    /// - Throws: ``SMTPError/invalidURL(_:)``.
    init(url: String) throws(SMTPError) {
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty else {
            throw .invalidURL("write smtp://host:port or smtps://user:password@host:port")
        }
        // Literal IPv6 addresses stand in brackets in a URL only.
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let startTLS = parts.queryItems?.first { $0.name == "starttls" }?.value
        let isLoopback = ["localhost", "127.0.0.1", "::1"].contains(self.host)
        switch (parts.scheme?.lowercased(), startTLS) {
        case ("smtps", nil): encryption = .implicit
        // Sign-in links and passwords leave this machine encrypted or not at all.
        case ("smtp", nil): encryption = isLoopback ? .plain : .startTLS
        case ("smtp", "required"): encryption = .startTLS
        case ("smtp", _), ("smtps", _): throw .invalidURL("starttls takes the value 'required', and only with smtp://")
        default: throw .invalidURL("the scheme must be smtp or smtps")
        }
        port = parts.port ?? (encryption == .implicit ? 465 : encryption == .startTLS ? 587 : 25)
        guard (1...65535).contains(port) else { throw .invalidURL("the port must be from 1 to 65535") }
        if let user = parts.user, !user.isEmpty {
            credentials = SMTPCredentials(user: user, password: parts.password ?? "")
        } else {
            credentials = nil
        }
    }
}

/// A user name and a password that print as `[redacted]`.
struct SMTPCredentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let user: String
    let password: String

    var description: String { "[redacted]" }
    var debugDescription: String { "[redacted]" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
