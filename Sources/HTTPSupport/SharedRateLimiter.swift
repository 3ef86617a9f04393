package import Core

/// So many for each client, and so many for all of them together.
///
/// While the latter are used up, only those are served who haven't asked lately: whoever asks a lot waits, and nobody who
/// comes for the first time is locked out by them.
package struct SharedRateLimiter: Sendable {
    private let clients: RateLimiter
    private let all: RateLimiter

    package init(client: RateLimiter.Rate, all: RateLimiter.Rate, clock: WallClock) {
        clients = RateLimiter(client, clock: clock)
        self.all = RateLimiter(all, clock: clock)
    }

    /// - Throws: `DomainError` with the code `too_many_requests`.
    package func check(_ client: String) throws(DomainError) {
        let isNewcomer = clients.isFull(client)
        try clients.check(client)
        guard let wait = all.take("") else { return }
        if !isNewcomer { throw RateLimiter.refusal(wait) }
    }
}
