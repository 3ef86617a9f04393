package import FoundationEssentials

/// Keeps the credentials of a ``ClusterConfiguration`` and renews them in time.
///
/// Reads a token file once a minute, and runs a credential plugin shortly before what it gave expires. Callers who come while
/// that goes on share its result.
package actor CredentialStore {
    private let source: CredentialSource
    private let now: @Sendable () -> ContinuousClock.Instant
    private let date: @Sendable () -> Date

    private var held: Held?
    private var lastFetch: (end: ContinuousClock.Instant, failure: (any Error)?)?
    private var fetching: Task<Credentials, any Error>?

    private struct Held {
        var credentials: Credentials
        /// From when on others should be fetched.
        var stale: ContinuousClock.Instant?
        var expiry: ContinuousClock.Instant?
        var isRefused = false
    }

    /// How often a source is asked at most, whatever happens.
    private static let shortestPeriod = Duration.seconds(1)
    private static let tokenFilePeriod = Duration.seconds(60)

    /// - Parameters:
    ///   - now: measures how old credentials are.
    ///   - date: is compared with the expiry that a credential plugin tells.
    package init(
        _ source: CredentialSource, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        date: @escaping @Sendable () -> Date = { .now }
    ) {
        self.source = source
        self.now = now
        self.date = date
    }

    /// Credentials that are good now, as far as anyone here knows.
    /// - Throws: ``CredentialError``; `CancellationError`.
    package func current() async throws -> Credentials {
        if let fixed = source.fixed { return fixed }
        let now = now()
        if let held, !held.isRefused, held.stale.map({ now < $0 }) ?? true { return held.credentials }
        if let lastFetch, now < lastFetch.end + Self.shortestPeriod {
            if let held, isUsable(held) || lastFetch.failure == nil { return held.credentials }
            if let failure = lastFetch.failure { throw failure }
        }
        return try await fetched()
    }

    /// To be called when the cluster has refused credentials (HTTP 401): the next ``current()`` gets others from the source,
    /// unless these were fetched less than a second ago.
    /// - Parameter refused: the credentials that were used, if they are known: others, fetched meanwhile, then stay good.
    package func invalidate(_ refused: Credentials? = nil) {
        if refused == nil || refused == held?.credentials { held?.isRefused = true }
    }

    private func isUsable(_ held: Held) -> Bool {
        !held.isRefused && held.expiry.map { now() < $0 } ?? true
    }

    private func fetched() async throws -> Credentials {
        let task = fetching ?? Task { try await self.fetch() }
        fetching = task
        // By way of a stream, so that a caller who is cancelled goes while the others still get what they wait for.
        let (results, continuation) = AsyncStream<Result<Credentials, any Error>>.makeStream()
        Task {
            continuation.yield(await task.result)
            continuation.finish()
        }
        for await result in results { return try result.get() }
        throw CancellationError()
    }

    private func fetch() async throws -> Credentials {
        defer { fetching = nil }
        do {
            let new = try await held(from: source)
            held = new
            lastFetch = (now(), nil)
            return new.credentials
        } catch {
            lastFetch = (now(), error)
            if let held, isUsable(held) { return held.credentials }
            if case .tokenFile(_, let initial) = source, held == nil, initial.authorization != nil {
                held = Held(credentials: initial, stale: now())
                return initial
            }
            throw error
        }
    }

    private func held(from source: CredentialSource) async throws -> Held {
        switch source {
        case .fixed(let credentials):
            return Held(credentials: credentials)
        case .tokenFile(let path, let initial):
            let file = ConfigurationFile(path)
            let content: [UInt8]
            do {
                content = try file.read()
            } catch {
                throw CredentialError("The token file \(error) Put it there, or name another.")
            }
            guard let authorization = Credentials.bearer(String(decoding: content, as: UTF8.self)) else {
                throw CredentialError(
                    "The token file \(file.path) holds no token. Put a bearer token into it, and nothing else.")
            }
            var credentials = initial
            credentials.authorization = authorization
            return Held(credentials: credentials, stale: now() + Self.tokenFilePeriod)
        case .exec(let plugin):
            let (credentials, expiry) = try await plugin.run()
            guard let expiry else { return Held(credentials: credentials) }
            let (now, rest) = (now(), Duration.seconds(expiry.timeIntervalSince(date())))
            // Early enough for requests on their way, yet not so early that what lives shortly is fetched all the time.
            let margin = min(Self.tokenFilePeriod, rest / 10)
            return Held(credentials: credentials, stale: now + rest - margin, expiry: now + rest)
        }
    }
}
