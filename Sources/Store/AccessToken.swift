package import Core
package import Crypto

/// A credential that is handed out once and stored only as its hash: session cookies, magic links, proxy tokens.
package struct AccessToken: Sendable {
    package let secret: Secret
    /// SHA-256 in lowercase hex: what is stored and looked up.
    package let hash: String

    /// - Parameter text: what a client presented.
    package init(_ text: String) {
        secret = Secret(text)
        hash = SHA256.hash(data: Array(text.utf8)).hexadecimal
    }

    /// - Parameter prefix: says what the token is for, such as `ocp_`.
    /// - Returns: a new token with 256 bits from the system's random numbers, as 64 hex characters behind the prefix.
    package static func random(prefix: String = "") -> AccessToken {
        AccessToken(prefix + SymmetricKey(size: .bits256).withUnsafeBytes(\.hexadecimal))
    }
}
