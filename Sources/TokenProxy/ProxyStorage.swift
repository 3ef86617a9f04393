package import Core

/// What the proxy keeps outside of itself: who may call, what they may use, what they have used.
///
/// A call is a ``reserve(_:minimumOutput:)`` before it is forwarded and a ``settle(_:)`` after it ended.
package protocol ProxyStorage: Sendable {
    /// - Parameter tokenHash: SHA-256 of the proxy token, in lowercase hex.
    /// - Returns: `nil` if the token is unknown or revoked, or its box isn't wanted running.
    func authenticate(tokenHash: String) async throws -> ProxyCredential?

    /// Sets tokens aside, durably and never beyond the limit, under any concurrency.
    func reserve(_ wish: Reservation, minimumOutput: Int) async throws -> ReservationOutcome

    /// Replaces a reservation by what was used; the second time for one request it does nothing. Durable when it returns.
    func settle(_ settlement: Settlement) async throws

    /// - Throws: what is wrong with the storage.
    func check() async throws
}

/// How a call ended.
package struct Settlement: Sendable, Hashable {
    package let requestID: String
    package let customerID: Customer.ID
    /// No tokens at all just returns the reservation.
    package let usage: TokenUsage
    /// Whether the figures are a bound, because the upstream didn't tell the true ones.
    package let isEstimated: Bool

    package init(requestID: String, customerID: Customer.ID, usage: TokenUsage, isEstimated: Bool) {
        self.requestID = requestID
        self.customerID = customerID
        self.usage = usage
        self.isEstimated = isEstimated
    }
}

/// One model call of an agent; gives its requests their ids.
package enum ModelCall: Identified {
    package static let idPrefix = "req"
}
