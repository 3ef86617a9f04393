package import SQL
import ServiceLifecycle
import Synchronization

/// Wakes those who wait in this process and, over a channel, in all others.
///
/// While the channel is down everybody here is woken once a second to look for themselves; when it is back, once for what was
/// missed. So its loss costs a second of latency and nothing else.
package final class SharedNotifier: Notifier, Service {
    private let local = InProcessNotifier()
    private let channel: any NotificationChannel
    private let sender: String
    private let pause: Duration
    private let connected = Mutex(false)

    /// - Parameters:
    ///   - sender: names this process; it doesn't listen to itself.
    ///   - pause: from one look to the next while the channel is down.
    package init(channel: any NotificationChannel, sender: String, pause: Duration = .seconds(1)) {
        self.channel = channel
        self.sender = sender
        self.pause = pause
    }

    /// Whether news from other processes arrives at once.
    package var isConnected: Bool { connected.withLock(\.self) }

    package func announce(_ topics: Set<Topic>, in transaction: any Transaction) throws {
        if topics.isEmpty { return }
        try channel.announce(topics.map { "\(sender) \($0.text)" }.sorted(), in: transaction)
    }

    package func notify(_ topic: Topic) async {
        await local.notify(topic)
        await channel.publish("\(sender) \(topic.text)")
    }

    package func notifications(of topic: Topic) -> AsyncStream<Void> { local.notifications(of: topic) }

    /// Listens until the task is cancelled or a graceful shutdown begins.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                while (try? await Task.sleep(for: pause)) != nil {
                    if !isConnected { local.notifyAll() }
                }
            }
            for await event in channel.events().cancelOnGracefulShutdown() {
                await hear(event)
            }
            group.cancelAll()
        }
    }

    private func hear(_ event: ChannelEvent) async {
        switch event {
        case .connected:
            local.notifyAll()
            connected.withLock { $0 = true }
        case .disconnected:
            connected.withLock { $0 = false }
        case .word(let word):
            let parts = word.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0] != sender, let topic = Topic(parts[1]) else { return }
            await local.notify(topic)
        }
    }
}
