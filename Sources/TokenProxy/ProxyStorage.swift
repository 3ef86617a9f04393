package import Core

/// What the proxy keeps outside of itself: who may call, what they may use, what they have used.
///
/// No call waits for it, as long as the proxy knows the caller and holds a lease: units of the customer's period that
/// nobody else can use.
package protocol ProxyStorage: Sendable {
    /// - Parameter tokenHashes: SHA-256 of proxy tokens, in lowercase hex.
    /// - Returns: whom they stand for; those are missing that are unknown or revoked, or whose box is wanted neither running
    ///   nor suspended.
    func credentials(tokenHashes: [String]) async throws -> [String: ProxyCredential]

    /// Adds to what the request's holder holds, durably and never beyond the limit, under any concurrency.
    /// - Returns: `nil` if no billing period contains the request's moment.
    func lease(_ request: LeaseRequest) async throws -> LeaseAnswer?

    /// Returns units that the holder doesn't need any more.
    func giveBack(_ units: Int, holder: String, customerID: Customer.ID, periodStart: Timestamp) async throws

    /// Says that the holder still answers for its leases.
    func renewLeases(holder: String) async throws

    /// Books metered calls; durable when it returns.
    /// - Parameter isRepeated: whether some of them may have been booked before: each request is booked once.
    func record(_ events: [UsageEvent], holder: String, isRepeated: Bool) async throws

    /// Ends the leases of a holder that is dead, after its calls have been recorded.
    /// - Parameter isAllKnown: whether each of its calls was; if not, all that its leases held counts as used.
    func endLeases(holder: String, isAllKnown: Bool) async throws

    /// Ends the leases of holders that haven't renewed them for so long that they must be dead, their journals lost.
    func endLostLeases() async throws

    /// Holds an agent, so that each proxy refuses its calls, until its owner lets it go on; who is told of it. Holding it twice
    /// is as once.
    func hold(boxID: Box.ID, customerID: Customer.ID, _ reason: AgentHold.Reason) async throws

    /// Records that a proxy is alive.
    /// - Returns: how many are, that one included.
    func proxiesAtWork(with holder: String) async throws -> Int

    /// - Throws: what is wrong with the storage.
    func check() async throws
}
