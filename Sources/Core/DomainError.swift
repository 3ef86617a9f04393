/// What went wrong, in the product's own terms: few kinds, mapped to HTTP once (`HTTPSupport`).
package struct DomainError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// The input is malformed or breaks a rule.
        case invalid
        /// Nobody is signed in, or the credential is not valid.
        case unauthenticated
        /// Signed in, but not allowed.
        case forbidden
        /// Does not exist, or belongs to someone else.
        case notFound
        /// Contradicts what is stored.
        case conflict
        /// Existed, and no longer does (an expired link).
        case gone
        /// Too often, or the plan is used up.
        case limited
        /// Something behind us does not answer.
        case unavailable
    }

    package let kind: Kind
    /// Stable and machine-readable, in snake case.
    package let code: String
    /// One or two sentences for a person: what was wrong and what to do. Holds no secret.
    package let message: String
    /// In so many seconds the same may work.
    package let retryAfter: Int?

    package init(_ kind: Kind, code: String, _ message: String, retryAfter: Int? = nil) {
        self.kind = kind
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    package var description: String { "\(code): \(message)" }
}
