/// Why a configuration doesn't lead to a cluster: which file, which part of it, and what to do. Holds no secrets.
package struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    package let message: String

    init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}

/// Why there are no credentials at the moment, though the configuration names a source of them. Holds no secrets.
///
/// May pass by itself: a token file can come back, a credential plugin can succeed next time.
package struct CredentialError: Error, Sendable, Hashable, CustomStringConvertible {
    package let message: String

    init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}
