import HTTPSupport

/// The event streams that are open, and how many there may be: a few for each session and each client, and so many in all.
/// Beyond that the oldest one ends.
struct EventStreams: Sendable {
    /// As many as a browser opens to one site.
    private static let perSession = 6
    /// An office's.
    private static let perClient = 200

    private let sessions: FairBound
    private let clients: FairBound

    init(inAll: Int) {
        sessions = FairBound(perHolder: Self.perSession, inAll: inAll)
        clients = FairBound(perHolder: Self.perClient, inAll: inAll)
    }

    /// How many are open.
    var count: Int { sessions.count }

    /// - Parameter session: the token.
    func open(session: String, client: String) -> EventStream {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self)
        let end: @Sendable () -> Void = { signal.finish() }
        let numbers = (sessions.take(session, end: end), clients.take(client, end: end))
        return EventStream(ended: signals) { [sessions, clients] in
            sessions.release(numbers.0)
            clients.release(numbers.1)
        }
    }

    /// Ends all streams of a session that is over.
    func end(session: String) {
        sessions.endAll(session)
    }
}

/// One open stream; it counts for as long as anybody keeps it.
final class EventStream: Sendable {
    /// Ends when the stream has to.
    let ended: AsyncStream<Void>
    private let release: @Sendable () -> Void

    init(ended: AsyncStream<Void>, release: @escaping @Sendable () -> Void) {
        self.ended = ended
        self.release = release
    }

    deinit { release() }
}
