package import Core
import Crypto
import FoundationEssentials

/// Token buckets that several processes share.
package struct SharedRates: Sendable {
    /// - Returns: `nil` if there was one in the bucket, or else after what time there will be.
    package typealias Take = @Sendable (_ key: String, _ rate: TokenBucket.Rate) async throws -> Duration?

    private let take: Take

    /// - Parameter take: throws if the others can't be asked.
    package init(take: @escaping Take) {
        self.take = take
    }

    /// - Parameter key: may be an address of a person's; only its hash leaves the process.
    func take(_ limit: String, key: String, _ rate: TokenBucket.Rate) async throws -> Duration? {
        let hash = SHA256.hash(data: Data(key.utf8)).prefix(16).map { String($0, radix: 36) }.joined(separator: "-")
        return try await take("\(limit):\(hash)", rate)
    }
}
