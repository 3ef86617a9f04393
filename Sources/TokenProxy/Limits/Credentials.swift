import Core
import Crypto
import NIOHTTP1
import Synchronization

/// Finds out who calls; remembers it for no longer than a revocation may take.
final class Credentials: Sendable {
    private let storage: any ProxyStorage
    private let lifetime: Duration
    private let verified = Mutex<[String: (credential: ProxyCredential, until: ContinuousClock.Instant)]>([:])
    private static let rememberedTokens = 10_000

    init(storage: any ProxyStorage, lifetime: Duration) {
        self.storage = storage
        self.lifetime = lifetime
    }

    /// - Throws: ``Refusal`` with 401, or with 503 if that can't be found out.
    func credential(for headers: HTTPHeaders) async throws(Refusal) -> ProxyCredential {
        guard let token = Self.token(in: headers) else { throw .unauthenticated }
        let hash = Self.hash(of: token)
        // Taken before the look-up, so that the answer's age counts from the question.
        let now = ContinuousClock.now
        if let known = verified.withLock({ $0[hash] }), known.until > now { return known.credential }
        let found: ProxyCredential?
        do {
            found = try await storage.authenticate(tokenHash: hash)
        } catch {
            throw .storageUnavailable
        }
        guard let found else {
            verified.withLock { $0[hash] = nil }
            throw .unauthenticated
        }
        verified.withLock { verified in
            if verified.count >= Self.rememberedTokens { verified = verified.filter { $0.value.until > now } }
            verified[hash] = (found, now + lifetime)
        }
        return found
    }

    /// `Authorization: Bearer …`, as OpenAI's clients send it, or `x-api-key`, as Anthropic's do.
    static func token(in headers: HTTPHeaders) -> String? {
        if let header = headers.first(name: "authorization") {
            let parts = header.split(separator: " ", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "bearer" {
                return String(parts[1].drop { $0 == " " })
            }
        }
        return headers.first(name: "x-api-key")
    }

    static func hash(of token: String) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: SHA256.hash(data: Array(token.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
