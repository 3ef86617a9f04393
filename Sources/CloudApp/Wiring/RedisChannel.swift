package import Jobs
package import Redis
package import SQL

/// Carries notifications by Redis' publish and subscribe, after the commit of what they are about.
package struct RedisChannel: NotificationChannel {
    private let client: RedisClient

    package static let name = "openclaw-cloud:notify"

    /// - Parameter client: subscribed to ``name``, and kept running by somebody else.
    package init(client: RedisClient) {
        self.client = client
    }

    package func announce(_: [String], in _: any Transaction) throws {}

    package func publish(_ word: String) async {
        // Without Redis, waiting pages and workers poll the database.
        _ = try? await client.send(["PUBLISH", Self.name, word])
    }

    package func events() -> AsyncStream<ChannelEvent> {
        let (stream, continuation) = AsyncStream.makeStream(of: ChannelEvent.self)
        let reader = Task { [client] in
            for await event in client.events() {
                switch event {
                case .connected: continuation.yield(.connected)
                case .disconnected: continuation.yield(.disconnected)
                case .message(Self.name, let word): continuation.yield(.word(word))
                case .message: break
                }
            }
        }
        continuation.onTermination = { _ in reader.cancel() }
        return stream
    }
}
