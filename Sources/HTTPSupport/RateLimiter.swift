package import Core
import Synchronization

/// A token bucket for each key: so many at once, then so many a second.
///
/// The memory is bounded: beyond `maximumKeys`, buckets that are full again are forgotten first, then the oldest ones.
package final class RateLimiter: Sendable {
    private let rate: TokenBucket.Rate
    private let maximumKeys: Int
    private let clock: WallClock
    private let buckets = Mutex<[String: TokenBucket]>([:])

    /// - Parameters:
    ///   - capacity: how many at once, at least 1.
    ///   - refillPerSecond: above 0.
    package init(capacity: Double, refillPerSecond: Double, maximumKeys: Int = 10_000, clock: WallClock = .system) {
        precondition(capacity >= 1 && refillPerSecond > 0 && maximumKeys > 0, "a rate limit must let something through")
        rate = TokenBucket.Rate(burst: capacity, perSecond: refillPerSecond)
        self.maximumKeys = maximumKeys
        self.clock = clock
    }

    package convenience init(_ rate: TokenBucket.Rate, clock: WallClock = .system) {
        self.init(capacity: rate.burst, refillPerSecond: rate.perSecond, clock: clock)
    }

    /// How many keys are remembered.
    package var count: Int { buckets.withLock { $0.count } }

    /// Whether nothing has been taken from the key's bucket lately.
    func isFull(_ key: String) -> Bool {
        let now = now
        return buckets.withLock { buckets in buckets[key]?.isFull(rate, now: now) ?? true }
    }

    /// Takes one from the key's bucket.
    /// - Returns: `nil` if there was one, or else after what time there will be.
    package func take(_ key: String) -> Duration? {
        let now = now
        return buckets.withLock { buckets in
            if buckets[key] == nil, buckets.count >= maximumKeys { forget(&buckets, now) }
            return buckets[key, default: TokenBucket(rate, now: now)].take(rate, now: now)
        }
    }

    /// Takes one from the key's bucket.
    /// - Throws: `DomainError` with the code `too_many_requests` if there was none.
    package func check(_ key: String) throws(DomainError) {
        guard let wait = take(key) else { return }
        throw Self.refusal(wait)
    }

    static func refusal(_ wait: Duration) -> DomainError {
        let seconds = max(1, Int(wait.seconds.rounded(.up)))
        return DomainError(
            .limited, code: "too_many_requests",
            "Too many requests. Try again in \(seconds) \(seconds == 1 ? "second" : "seconds").", retryAfter: seconds)
    }

    private var now: Duration { .milliseconds(clock.now.milliseconds) }

    private func forget(_ buckets: inout [String: TokenBucket], _ now: Duration) {
        buckets = buckets.filter { !$0.value.isFull(rate, now: now) }
        guard buckets.count >= maximumKeys else { return }
        // A half at a time, so that the sorting is paid for by many calls.
        let oldest = buckets.sorted { $0.value.filledAt < $1.value.filledAt }.prefix((maximumKeys + 1) / 2)
        for (key, _) in oldest { buckets[key] = nil }
    }
}
