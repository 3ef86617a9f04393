package import Core

/// So many for each client, and so many for all of them together.
///
/// While the latter are used up, only those are served who haven't asked lately: whoever asks a lot waits, and nobody who
/// comes for the first time is locked out by them.
package struct SharedRateLimiter: Sendable {
    private let clients: RateLimit
    private let all: RateLimit

    /// - Parameter name: see ``RateLimit``.
    package init(
        _ name: String, client: TokenBucket.Rate, all: TokenBucket.Rate, shared: SharedRates? = nil, clock: WallClock
    ) {
        clients = RateLimit("\(name)/client", client, shared: shared, clock: clock)
        self.all = RateLimit("\(name)/all", all, shared: shared, clock: clock)
    }

    /// - Throws: `DomainError` with the code `too_many_requests`.
    package func check(_ client: String) async throws(DomainError) {
        let isNewcomer = clients.isFull(client)
        try await clients.check(client)
        guard let wait = await all.take("") else { return }
        if !isNewcomer { throw RateLimiter.refusal(wait) }
    }
}
