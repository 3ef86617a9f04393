import Core
import Logging

/// What all event loops share.
final class ProxyServices: Sendable {
    let configuration: TokenProxyConfiguration
    let storage: any ProxyStorage
    let upstreams: UpstreamDirectory
    let accounts: Accounts
    let callers: CallerDirectory
    let journal: Journal
    let bookkeeper: Bookkeeper
    let limiter: ConcurrencyLimiter
    let bodies: BodyMemory
    let storageProbe = StorageProbe()
    let clock: WallClock
    let ids = ModelCallIDs()
    /// `nil` where nobody records spans, so that calls don't pay for them.
    let tracing: CallTracing?
    let logger: Logger
    let loops: ProxyLoops

    init(
        configuration: TokenProxyConfiguration, storage: any ProxyStorage, upstreams: UpstreamDirectory, journal: Journal,
        holder: String, clock: WallClock, logger: Logger
    ) {
        self.configuration = configuration
        self.storage = storage
        self.upstreams = upstreams
        self.journal = journal
        self.clock = clock
        tracing = CallTracing()
        self.logger = logger
        accounts = Accounts(
            storage: storage, holder: holder, clock: clock, idleTime: configuration.timeouts.idleLease, logger: logger)
        callers = CallerDirectory(
            storage: storage, accounts: accounts, plans: configuration.plans,
            refreshInterval: configuration.timeouts.verification, logger: logger)
        bookkeeper = Bookkeeper(journal: journal, storage: storage, holder: holder, logger: logger)
        limiter = ConcurrencyLimiter(most: configuration.upstreamConcurrency)
        bodies = BodyMemory(limit: configuration.bodyMemory)
        loops = ProxyLoops()
    }
}
