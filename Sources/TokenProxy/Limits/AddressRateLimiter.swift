import Core
import Synchronization

/// Counts wrong tokens by network address, and has those who show too many wait. Right ones never come here.
final class AddressRateLimiter: Sendable {
    private let buckets = Mutex<[String: TokenBucket]>([:])

    /// Wrong tokens that an address may show.
    static let rate = TokenBucket.Rate(burst: 20, perSecond: 1)
    private static let rememberedAddresses = 10_000

    /// Counts a wrong token.
    /// - Parameter now: since any fixed moment.
    /// - Returns: seconds to wait; `nil` if there weren't too many.
    func wait(_ address: String, now: Duration) -> Int? {
        buckets.withLock { buckets in
            if buckets.count >= Self.rememberedAddresses, buckets[address] == nil {
                buckets = buckets.filter { !$0.value.isFull(Self.rate, now: now) }
                // So many addresses that guess: nobody new is heard until some have had enough.
                if buckets.count >= Self.rememberedAddresses { return 10 }
            }
            let isThere = buckets[address, default: TokenBucket(Self.rate, now: now)].take(Self.rate, now: now) == nil
            return isThere ? nil : 1
        }
    }
}
