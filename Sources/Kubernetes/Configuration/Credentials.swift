import FoundationEssentials

/// What proves to a cluster who one is.
package struct Credentials: Sendable, Hashable, Redacted {
    /// The value of the header `Authorization`.
    package var authorization: String?
    package var clientCertificate: ClientCertificate?

    /// Without arguments: anonymous.
    package init(authorization: String? = nil, clientCertificate: ClientCertificate? = nil) {
        self.authorization = authorization
        self.clientCertificate = clientCertificate
    }

    /// - Returns: the value of the header `Authorization`; `nil` if the token is empty or has bytes that no token has (RFC 6750).
    static func bearer(_ token: String) -> String? {
        let token = token.trimmed
        // Anything else would end the header or begin another.
        return !token.isEmpty && token.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? "Bearer \(token)" : nil
    }

    /// - Returns: the value of the header `Authorization` (RFC 7617).
    static func basic(username: String, password: String) -> String {
        "Basic " + Data("\(username):\(password)".utf8).base64EncodedString()
    }
}

/// A client's certificate for mutual TLS, both parts in PEM.
package struct ClientCertificate: Sendable, Hashable, Redacted {
    /// The certificate, and perhaps those of intermediate authorities.
    package var chain: [UInt8]
    package var key: [UInt8]

    package init(chain: [UInt8], key: [UInt8]) {
        self.chain = chain
        self.key = key
    }
}

/// Where credentials come from. Hand it to a ``CredentialStore``, which reads and keeps them.
package enum CredentialSource: Sendable, Redacted {
    case fixed(Credentials)
    /// A file whose content, without white space around it, is the bearer token; something replaces it from time to time.
    /// - `initial`: what goes with the token, and stands in until the file can be read.
    case tokenFile(path: String, initial: Credentials = Credentials())
    case exec(ExecPlugin)

    /// The credentials if nothing needs to be read for them.
    var fixed: Credentials? {
        switch self {
        case .fixed(let credentials): credentials
        case .tokenFile, .exec: nil
        }
    }
}
