import Synchronization

/// Something that happens once or never, for many to wait for.
///
/// Each waits by a stream of its own: one that they shared would end for all as soon as one of them is cancelled.
final class Milestone: Sendable {
    private let state = Mutex(State())

    private struct State {
        /// Whether it has happened; `nil` while it still may.
        var outcome: Bool?
        var waiters: [Int: AsyncStream<Never>.Continuation] = [:]
        var lastWaiter = 0
    }

    /// Returns once it has happened, at once from then on.
    /// - Throws: `CancellationError`, also if it isn't going to happen.
    func wait() async throws {
        let (end, waiter) = AsyncStream<Never>.makeStream()
        let id: Int? = state.withLock { state in
            guard state.outcome == nil else { return nil }
            state.lastWaiter += 1
            state.waiters[state.lastWaiter] = waiter
            return state.lastWaiter
        }
        if let id {
            for await _ in end {}
            state.withLock { $0.waiters[id] = nil }
        }
        try Task.checkCancellation()
        guard state.withLock({ $0.outcome }) == true else { throw CancellationError() }
    }

    func reach() { settle(true) }

    /// Sends all away who wait, unless it has happened.
    func abandon() { settle(false) }

    private func settle(_ hasHappened: Bool) {
        let waiters: [AsyncStream<Never>.Continuation] = state.withLock { state in
            state.outcome = hasHappened || state.outcome == true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.finish() }
    }
}
