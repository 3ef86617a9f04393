import Core
import Synchronization

/// One customer, as this proxy knows it: the pace, what may be spent, and who waits.
final class Account: Sendable {
    let customerID: Customer.ID
    let customerBits: UInt128
    /// Bytes of its requests' bodies that are held now: see ``BodyMemory``.
    let bodyBytes = Atomic(0)

    private struct State {
        var pace: Pace?
        var turns = TurnCounts()
        /// The youngest last; older ones as long as calls of their period are under way.
        var allowances: [Allowance] = []
        var lease = LeaseState()
        var lastUsedAt = Duration.zero
        var waiting: [(request: Allowance.Request, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    init(_ customerID: Customer.ID) {
        self.customerID = customerID
        customerBits = customerID.bits
    }

    // MARK: Pace

    /// A call may begin; each that does must ``leave()``.
    func enter(plan: Plan, isPaced: Bool, now: Duration) -> Pace.Decision {
        state.withLock { state in
            state.lastUsedAt = now
            guard isPaced else { return .admitted }
            var pace = state.pace ?? Pace(plan: plan, now: now)
            let decision = pace.enter(plan: plan, now: now)
            state.pace = pace
            return decision
        }
    }

    /// Whether for a while no call could begin that wanted to.
    func isHeldUp(now: Duration) -> Bool { state.withLock { $0.pace?.isHeldUp(now: now) ?? false } }

    func leave(isPaced: Bool) {
        if isPaced { state.withLock { $0.pace?.leave() } }
    }

    /// Counts a call to its turn, see ``TurnCounts``.
    func admit(turn mark: Int64, releases: Int64) -> Bool {
        state.withLock { $0.turns.admit(mark, releases: releases) }
    }

    // MARK: Units

    /// - Parameters:
    ///   - isLast: take what is left instead of waiting any longer.
    ///   - time: decides which billing period the call belongs to.
    ///   - now: since any fixed moment.
    func reserve(_ request: Allowance.Request, isLast: Bool = false, time: Timestamp, now: Duration) -> Outcome {
        state.withLock { state in
            state.lastUsedAt = now
            guard let index = state.allowances.lastIndex(where: { $0.period.contains(time) }) else {
                return state.lease.isAsking ? .busy : .needsMore(request.total)
            }
            let decision =
                isLast
                ? state.allowances[index].reserveWhatIsLeft(request)
                : state.allowances[index].reserve(request, mayAsk: !state.lease.isAsking, now: now)
            switch decision {
            case .granted(let output, let needsMore):
                let allowance = state.allowances[index]
                let grant = Grant(
                    output: output, period: allowance.period, remaining: allowance.remaining,
                    percentUsed: allowance.percentUsed)
                state.allowances[index].granted(request.units(output))
                return .granted(grant, needsMore: needsMore)
            case .needsMore(let tokens): return .needsMore(tokens)
            case .busy: return .busy
            case .exhausted where state.lease.isUnsure: return .busy
            case .exhausted:
                let allowance = state.allowances[index]
                return .exhausted(
                    resets: allowance.period.upperBound, remaining: allowance.remaining, limit: allowance.limit)
            }
        }
    }

    /// - Returns: units that the call needs beyond those that are free here.
    func missing(for request: Allowance.Request, time: Timestamp) -> Int {
        state.withLock { state in
            request.total - max(0, state.allowances.last { $0.period.contains(time) }?.free ?? 0)
        }
    }

    /// - Parameters:
    ///   - reserved: units that were reserved.
    ///   - used: units.
    /// - Returns: units that aren't used now, and the share that is, in percent.
    func settle(reserved: Int, used: Int, periodStart: Timestamp, now: Duration) -> (remaining: Int, percentUsed: Int) {
        let (result, waiting) = state.withLock { state in
            state.lastUsedAt = now
            defer { state.waiting = [] }
            guard let index = state.allowances.firstIndex(where: { $0.period.lowerBound == periodStart }) else {
                return ((0, 100), state.waiting)
            }
            state.allowances[index].settle(reserved: reserved, used: used)
            if state.allowances[index].leased < 0 { state.lease.exceeded() }
            return ((state.allowances[index].remaining, state.allowances[index].percentUsed), state.waiting)
        }
        for each in waiting { each.continuation.resume() }
        return result
    }

    /// Returns when something may have changed: a call was settled, an answer came, or a moment has passed.
    /// - Parameter request: of the call that waits.
    func change(for request: Allowance.Request) async {
        await withCheckedContinuation { continuation in state.withLock { $0.waiting.append((request, continuation)) } }
    }

    func wakeWaiting() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for each in waiting { each.continuation.resume() }
    }

    // MARK: The lease

    /// - Parameter need: units of the call that waits; 0 only to ask what is held here.
    /// - Returns: units to ask for; `nil` if an answer is under way already.
    func beginLease(need: Int, now: Duration) -> Int? {
        state.withLock { $0.lease.begin(need: need, limit: $0.allowances.last?.limit ?? 0, now: now) }
    }

    /// - Parameter answer: `nil` if there is no period.
    func endLease(_ answer: LeaseAnswer?, need: Int, now: Duration) {
        state.withLock { state in
            guard let answer else { return state.lease.answered(need: need, isComplete: true, now: now) }
            let known = state.allowances.firstIndex { $0.period.lowerBound == answer.quota.periodStart }
            if known == nil { state.allowances.append(Allowance(answer)) }
            let index = known ?? state.allowances.endIndex - 1
            let adoptsRest = state.lease.adoptsRest(granted: answer.granted, need: need)
            state.allowances[index].receive(answer, need: need, adoptsRest: adoptsRest, now: now)
            // What isn't known to be booked may hide some.
            let isComplete = adoptsRest && state.allowances[index].unbooked == 0
            state.lease.answered(need: need, isComplete: isComplete, now: now)
        }
        wakeWaiting()
    }

    /// Nothing was asked for, or something was given back.
    func endLease() {
        state.withLock { $0.lease.ended() }
        wakeWaiting()
    }

    /// The lease was to be changed, or only to be asked for, and it isn't known whether that was done.
    func leaseFailed(isAsk: Bool = false, now: Duration) {
        state.withLock { $0.lease.failed(isAsk: isAsk, now: now) }
        wakeWaiting()
    }

    /// Whether the storage should be asked what is held here.
    func shouldAsk(now: Duration) -> Bool { state.withLock { $0.lease.shouldAsk(now: now) } }

    /// Whether there may be units here that nobody uses.
    var mayHoldMore: Bool { state.withLock { $0.lease.isUnsure } }

    /// The storage has booked a call.
    func book(_ used: Int, periodStart: Timestamp) {
        state.withLock { state in
            state.lease.booked()
            guard let index = state.allowances.firstIndex(where: { $0.period.lowerBound == periodStart }) else { return }
            state.allowances[index].book(used)
        }
    }

    /// Whether ``takeIdle(after:pause:time:now:)`` would find any.
    func isIdle(for idleTime: Duration, time: Timestamp, now: Duration) -> Bool {
        state.withLock { state in
            !state.lease.isAsking
                && state.allowances.contains {
                    Self.isIdle($0, state, for: idleTime, time: time, now: now) && $0.free > 0
                }
        }
    }

    private static func isIdle(
        _ allowance: Allowance, _ state: State, for idleTime: Duration, time: Timestamp, now: Duration
    ) -> Bool {
        allowance.openCalls == 0
            && (!allowance.period.contains(time) || allowance.isScarce || now - state.lastUsedAt > idleTime)
    }

    /// Units to give back, by period, if the customer doesn't call: after a while, or at once if others may need them. Given
    /// back are also units that are too few for each call that waits here: with those of others they may be enough. Must be
    /// followed by ``endLease()`` or ``leaseFailed(isAsk:now:)`` unless empty.
    /// - Parameter pause: for so long others may have what was given back.
    func takeIdle(
        after idleTime: Duration, pause: Duration, time: Timestamp, now: Duration
    ) -> [(periodStart: Timestamp, units: Int)] {
        state.withLock { state in
            if state.lease.isAsking { return [] }
            var idle: [(Timestamp, Int)] = []
            for index in state.allowances.indices
            where Self.isIdle(state.allowances[index], state, for: idleTime, time: time, now: now) {
                let allowance = state.allowances[index]
                if state.waiting.contains(where: { !allowance.isTooLittle(for: $0.request) }) { continue }
                let period = allowance.period
                let units = state.allowances[index].giveBack(pause: state.waiting.isEmpty ? .zero : pause, now: now)
                if units > 0 { idle.append((period.lowerBound, units)) }
            }
            state.allowances.removeAll {
                $0.openCalls == 0 && $0.unbooked == 0 && !$0.period.contains(time) && $0.free <= 0
            }
            if !idle.isEmpty { _ = state.lease.begin() }
            return idle
        }
    }

    var leasedUnits: Int { state.withLock { $0.allowances.reduce(0) { $0 + max(0, $1.leased) } } }

    /// Units that were used and aren't booked.
    var unbookedUnits: Int { state.withLock { $0.allowances.reduce(0) { $0 + $1.unbooked } } }

    /// Calls that wait for units.
    var waitingCalls: Int { state.withLock { $0.waiting.count } }

    /// Whether the account can be dropped without losing anything.
    func isIdle(now: Duration) -> Bool {
        state.withLock { state in
            state.allowances.allSatisfy { $0.openCalls == 0 && $0.leased <= 0 && $0.unbooked == 0 }
                && !state.lease.isAsking && !state.lease.isUnsure
                && state.waiting.isEmpty && (state.pace?.running ?? 0) == 0 && now - state.lastUsedAt > .seconds(120)
        }
    }
}
