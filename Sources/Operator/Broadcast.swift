import Core
import Synchronization

/// One stream of changes for each who listens.
final class Broadcast: Sendable {
    private let listeners = Mutex<[Int: AsyncStream<AgentReference>.Continuation]>([:])

    func stream() -> AsyncStream<AgentReference> {
        let (stream, continuation) = AsyncStream<AgentReference>.makeStream()
        listeners.withLock { listeners in
            let key = (listeners.keys.max() ?? 0) + 1
            listeners[key] = continuation
            continuation.onTermination = { [weak self] _ in
                self?.listeners.withLock { $0[key] = nil }
            }
        }
        return stream
    }

    func send(_ agent: AgentReference) {
        for listener in listeners.withLock({ Array($0.values) }) { listener.yield(agent) }
    }
}
