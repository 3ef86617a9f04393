import Synchronization

/// Wakes those who wait in this process.
package final class InProcessNotifier: Notifier {
    private let state = Mutex(State())

    private struct State {
        var listeners: [Topic: [UInt64: AsyncStream<Void>.Continuation]] = [:]
        var next: UInt64 = 0
    }

    package init() {}

    package func notify(_ topic: Topic) async {
        let listeners = state.withLock { $0.listeners[topic].map { Array($0.values) } ?? [] }
        for listener in listeners {
            listener.yield()
        }
    }

    /// Wakes everybody.
    func notifyAll() {
        let listeners = state.withLock { $0.listeners.values.flatMap(\.values) }
        for listener in listeners {
            listener.yield()
        }
    }

    package func notifications(of topic: Topic) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.next += 1
            state.listeners[topic, default: [:]][state.next] = continuation
            return state.next
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                state.listeners[topic]?[id] = nil
                if state.listeners[topic]?.isEmpty == true { state.listeners[topic] = nil }
            }
        }
        return stream
    }
}
