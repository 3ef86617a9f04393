import Core

/// What one customer's lease waits for at the storage. A pure state machine: requests, answers and failures come in; how much to
/// ask for, and whether an answer can be relied on, goes out.
struct LeaseState: Hashable {
    private enum Phase: Hashable {
        /// Nothing is being asked for, and all that is leased here is known.
        case idle
        /// The lease is being changed: one change at a time, so that answers can't cross.
        /// - Parameter bookings: as many as there were when the storage was asked.
        case asking(bookings: Int, doubt: Doubt?)
        /// There may be units here that nobody uses, such as those of a lease whose answer got lost.
        case unsure(Doubt)
    }

    /// When the storage is asked next what is held here, and how long after that.
    private struct Doubt: Hashable {
        private(set) var asksAt = Duration.zero
        private var backoff = Backoff(from: .milliseconds(100), to: .seconds(10))

        mutating func putOff(now: Duration) {
            asksAt = now + backoff.next()
        }
    }

    private var phase = Phase.idle
    /// Times that something was booked.
    private var bookings = 0
    /// What the last lease was to be, and when: a customer that asks again within a second gets more.
    private var lastWant = 0
    private var lastLeaseAt = Duration.zero

    var isAsking: Bool { if case .asking = phase { true } else { false } }

    /// Whether there may be units here that nobody uses.
    var isUnsure: Bool { doubt != nil }

    private var doubt: Doubt? {
        switch phase {
        case .idle: nil
        case .asking(_, let doubt): doubt
        case .unsure(let doubt): doubt
        }
    }

    /// Whether the storage should be asked what is held here.
    func shouldAsk(now: Duration) -> Bool {
        if case .unsure(let doubt) = phase { now >= doubt.asksAt } else { false }
    }

    // MARK: A change of the lease

    /// - Parameters:
    ///   - need: units of the call that waits; 0 only to ask what is held here.
    ///   - limit: units of the period, as far as is known.
    /// - Returns: units to ask for; `nil` if a change is under way already.
    mutating func begin(need: Int, limit: Int, now: Duration) -> Int? {
        guard begin() else { return nil }
        if need == 0 { return 0 }
        let isSoon = lastWant > 0 && now - lastLeaseAt < .seconds(1)
        lastWant = max(2 * need, min(isSoon ? 2 * lastWant : 0, limit / 16))
        lastLeaseAt = now
        return lastWant
    }

    /// Begins to give units back.
    /// - Returns: whether that can be done now; not while another change is under way.
    mutating func begin() -> Bool {
        if isAsking { return false }
        phase = .asking(bookings: bookings, doubt: doubt)
        return true
    }

    /// Whether the answer tells all that is held here. If something was booked since the storage was asked, the answer may or may
    /// not count it. If it grants nothing although something was needed, it may come before the end of a transaction whose answer
    /// got lost.
    func adoptsRest(granted: Int, need: Int) -> Bool {
        guard case .asking(bookings, .some) = phase else { return false }
        return need == 0 || granted > 0
    }

    /// The storage has answered.
    /// - Parameter isComplete: whether all that is held here is known now.
    mutating func answered(need: Int, isComplete: Bool, now: Duration) {
        if isComplete {
            end(nil)
        } else {
            var doubt = doubt
            if need == 0 { doubt?.putOff(now: now) }
            end(doubt)
        }
    }

    /// Nothing was asked for, or something was given back.
    mutating func ended() { end(doubt) }

    /// It isn't known whether the storage did what it was asked to.
    /// - Parameter isAsk: whether it was only asked what is held here.
    mutating func failed(isAsk: Bool, now: Duration) {
        let known = doubt
        var doubt = known ?? Doubt()
        if isAsk || known == nil { doubt.putOff(now: now) }
        end(doubt)
    }

    private mutating func end(_ doubt: Doubt?) { phase = doubt.map(Phase.unsure) ?? .idle }

    // MARK: What happens beside it

    /// The storage has booked a call.
    mutating func booked() { bookings += 1 }

    /// More was used than was leased: the storage takes the excess from the quota, not from leases to come.
    mutating func exceeded() {
        if isUnsure { return }
        if case .asking(let bookings, _) = phase {
            phase = .asking(bookings: bookings, doubt: Doubt())
        } else {
            phase = .unsure(Doubt())
        }
    }
}
