import Core
import Synchronization

/// Counts wrong tokens by network address, and has those who show too many wait. Right ones never come here.
final class AddressRateLimiter: Sendable {
    private struct Bucket {
        var tries: Double
        var at: Duration
    }

    private let buckets = Mutex<[String: Bucket]>([:])

    /// Wrong tokens that an address may show at once, and each second from then on.
    static let burst = 20.0
    static let rate = 1.0
    private static let rememberedAddresses = 10_000

    /// Counts a wrong token.
    /// - Parameter now: since any fixed moment.
    /// - Returns: seconds to wait; `nil` if there weren't too many.
    func wait(_ address: String, now: Duration) -> Int? {
        buckets.withLock { buckets in
            if buckets.count >= Self.rememberedAddresses, buckets[address] == nil {
                buckets = buckets.filter { Self.refilled($0.value, now) < Self.burst }
                // So many addresses that guess: nobody new is heard until some have had enough.
                if buckets.count >= Self.rememberedAddresses { return 10 }
            }
            var bucket = buckets[address] ?? Bucket(tries: Self.burst, at: now)
            bucket.tries = Self.refilled(bucket, now)
            bucket.at = now
            defer { buckets[address] = bucket }
            guard bucket.tries >= 1 else { return 1 }
            bucket.tries -= 1
            return nil
        }
    }

    private static func refilled(_ bucket: Bucket, _ now: Duration) -> Double {
        min(burst, bucket.tries + Double((now - bucket.at).milliseconds) / 1000 * rate)
    }
}
