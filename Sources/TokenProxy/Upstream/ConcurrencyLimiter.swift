import Core
import Synchronization

/// How many calls may be with the upstream at once: as many as is configured, fewer after it said that they are too many, and
/// none for as long as it asked. Those who have to wait stand in a fair queue.
final class ConcurrencyLimiter: Sendable {
    /// A call that waits.
    final class Waiter: Sendable {
        fileprivate let proceed: @Sendable () -> Void
        fileprivate let isGone = Atomic(false)

        init(_ proceed: @escaping @Sendable () -> Void) {
            self.proceed = proceed
        }
    }

    private struct State {
        var most: Int
        var limit: Double
        var running = 0
        var pausedUntil = Duration.zero
        var queue = FairQueue<Waiter>()
    }

    private let state: Mutex<State>

    /// - Parameter most: calls at once.
    init(most: Int) {
        state = Mutex(State(most: most, limit: Double(most)))
    }

    /// - Parameter most: calls at once from now on; those under way go on.
    func resize(to most: Int, now: Duration) {
        let hasGrown = state.withLock { state in
            if most == state.most { return false }
            // What the upstream has refused stays refused.
            let isFull = Int(state.limit) == state.most
            state.limit = isFull ? Double(most) : min(state.limit, Double(most))
            defer { state.most = most }
            return most > state.most
        }
        if hasGrown { admit(now: now) }
    }

    /// - Returns: whether the call may proceed; if not, it must ``wait(_:customerID:weight:)``.
    func enter(now: Duration) -> Bool {
        state.withLock { state in
            guard state.queue.isEmpty, state.running < Int(state.limit), now >= state.pausedUntil else { return false }
            state.running += 1
            return true
        }
    }

    func wait(_ waiter: Waiter, customerID: Customer.ID, weight: Int) {
        state.withLock { $0.queue.append(waiter, customerID: customerID, weight: weight) }
    }

    /// The call doesn't want to proceed any more.
    /// - Returns: whether it has not been told to yet.
    func abandon(_ waiter: Waiter) -> Bool {
        !waiter.isGone.exchange(true, ordering: .acquiringAndReleasing)
    }

    /// A call is over.
    /// - Parameter wasAnswered: whether it shows that the upstream can take this many.
    func leave(wasAnswered: Bool, now: Duration) {
        let isAwaited = state.withLock { state in
            state.running -= 1
            if wasAnswered { state.limit = min(Double(state.most), state.limit + 1 / max(1, state.limit)) }
            return !state.queue.isEmpty
        }
        if isAwaited { admit(now: now) }
    }

    /// The upstream said that this was too much.
    func slowDown(for pause: Duration, now: Duration) {
        state.withLock { state in
            // Calls that were under way together are refused together: that counts once.
            if now >= state.pausedUntil { state.limit = max(1, min(state.limit, Double(state.running)) * 0.75) }
            state.pausedUntil = max(state.pausedUntil, now + pause)
        }
    }

    /// Lets those proceed who may; also called from time to time, as pauses end by themselves.
    func admit(now: Duration) {
        while true {
            let next: Waiter? = state.withLock { state in
                guard state.running < Int(state.limit), now >= state.pausedUntil else { return nil }
                while let waiter = state.queue.popFirst() {
                    if waiter.isGone.exchange(true, ordering: .acquiringAndReleasing) { continue }
                    state.running += 1
                    return waiter
                }
                return nil
            }
            guard let next else { return }
            next.proceed()
        }
    }

    /// Calls with the upstream, calls that wait, and calls that may be at once.
    var figures: (running: Int, waiting: Int, limit: Int) {
        state.withLock { ($0.running, $0.queue.count, Int($0.limit)) }
    }
}
