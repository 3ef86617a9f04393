import Dispatch
package import Logging
package import SQL
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Listens for notifications on a connection of its own (https://www.postgresql.org/docs/current/sql-notify.html).
package final class PostgresListener: Sendable {
    package enum Event: Sendable, Hashable {
        /// From now on notifications arrive.
        case connected
        /// From now on they don't, until it is connected again.
        case disconnected
        case notification(String)
    }

    private let settings: ConnectionSettings
    private let channel: String
    private let logger: Logger

    /// Every so often the server is asked whether it is still there.
    private static let heartbeat = Duration.seconds(5)

    /// - Parameters:
    ///   - url: leads to the server itself: no notification passes a pooler in transaction mode.
    ///   - channel: an identifier.
    /// - Throws: ``SQLError/unavailable(_:)`` if the URL can't be read.
    package init(url: String, channel: String, logger: Logger) throws(SQLError) {
        settings = try ConnectionSettings(url: url)
        self.channel = channel
        self.logger = logger
    }

    /// Listens on a thread of its own until the stream's reader goes. Behind a pooler it says so in the log, and no event comes.
    package func events() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        let flag = Flag()
        continuation.onTermination = { _ in flag.raise() }
        DispatchQueue(label: "postgres-listener").async { [self] in
            var hasComplained = false
            while !flag.isRaised {
                do throws(StatementFailure) {
                    try listen(until: flag) { event in
                        if event == .connected { hasComplained = false }
                        continuation.yield(event)
                    }
                } catch {
                    continuation.yield(.disconnected)
                    if !hasComplained {
                        logger.warning("notifications can't be had for now", metadata: ["error": "\(error.error)"])
                    }
                    hasComplained = true
                    usleep(500_000)
                    continue
                }
                break
            }
            continuation.finish()
        }
        return stream
    }

    /// Returns when told to end, or when there is nothing to be heard here.
    private func listen(until flag: Flag, _ tell: (Event) -> Void) throws(StatementFailure) {
        let session = try Session(settings, logger: logger)
        if session.isPooled {
            logger.warning(
                "the database URL leads through a connection pooler, which passes no notifications on: set DATABASE_DIRECT_URL"
            )
            return
        }
        try session.command("LISTEN \"\(channel)\"")
        tell(.connected)
        var heardAt = ContinuousClock.now
        while !flag.isRaised {
            let payloads = try session.notifications(within: .milliseconds(500))
            if !payloads.isEmpty { heardAt = .now }
            for payload in payloads { tell(.notification(payload)) }
            if .now - heardAt > Self.heartbeat {
                try session.command("SELECT 1")
                heardAt = .now
            }
        }
    }
}

/// Raised once.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isRaised: Bool { value.load(ordering: .acquiring) }

    func raise() { value.store(true, ordering: .releasing) }
}
