package import Jobs
package import Postgres
package import SQL

/// Carries notifications by PostgreSQL's LISTEN and NOTIFY: with the commit of what they are about, or not at all.
package struct PostgresChannel: NotificationChannel {
    let listener: PostgresListener

    package init(listener: PostgresListener) {
        self.listener = listener
    }

    package static let name = "openclaw_cloud"

    package func announce(_ words: [String], in transaction: any Transaction) throws {
        _ = try transaction.query(
            "SELECT pg_notify(?1, word) FROM jsonb_array_elements_text(CAST(?2 AS jsonb)) AS word",
            [.text(Self.name), .texts(words)])
    }

    package func publish(_: String) async {}

    package func events() -> AsyncStream<ChannelEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: ChannelEvent.self)
        let reader = Task { [listener] in
            for await event in listener.events() {
                switch event {
                case .connected: continuation.yield(.connected)
                case .disconnected: continuation.yield(.disconnected)
                case .notification(let word): continuation.yield(.word(word))
                }
            }
            continuation.yield(.disconnected)
        }
        continuation.onTermination = { _ in reader.cancel() }
        return stream
    }
}
