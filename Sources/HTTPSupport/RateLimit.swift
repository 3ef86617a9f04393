package import Core

/// How often each client, customer or address may do one thing: by all processes together where they share ``SharedRates``, and
/// by each alone while they can't.
package struct RateLimit: Sendable {
    private let name: String
    private let rate: TokenBucket.Rate
    private let local: RateLimiter
    private let shared: SharedRates?

    /// - Parameter name: tells this limit from the others, the same in all processes.
    package init(_ name: String, _ rate: TokenBucket.Rate, shared: SharedRates? = nil, clock: WallClock = .system) {
        self.name = name
        self.rate = rate
        local = RateLimiter(rate, clock: clock)
        self.shared = shared
    }

    /// Whether nothing has been taken from the key's bucket in this process lately.
    func isFull(_ key: String) -> Bool { local.isFull(key) }

    /// Takes one from the key's bucket.
    /// - Returns: `nil` if there was one, or else after what time there will be.
    package func take(_ key: String) async -> Duration? {
        // Whom this process alone has served too often needn't be asked about.
        if let wait = local.take(key) { return wait }
        guard let shared else { return nil }
        do {
            return try await shared.take(name, key: key, rate)
        } catch {
            return nil
        }
    }

    /// Takes one from the key's bucket.
    /// - Throws: `DomainError` with the code `too_many_requests` if there was none.
    package func check(_ key: String) async throws(DomainError) {
        guard let wait = await take(key) else { return }
        throw RateLimiter.refusal(wait)
    }
}
