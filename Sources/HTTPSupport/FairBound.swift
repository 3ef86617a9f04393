import Synchronization

/// Who holds how many of something of which there may be only so many: connections, event streams.
///
/// Nobody is turned away. Beyond a holder's own bound its oldest one ends; beyond the bound for all, the oldest one of
/// the client that holds the most. So many connections from one place push out only each other.
package final class FairBound: Sendable {
    private struct Held {
        let holder: String
        let end: @Sendable () -> Void
    }

    private struct State {
        var held: [UInt64: Held] = [:]
        /// By holder, the oldest first: numbers only grow.
        var numbers: [String: [UInt64]] = [:]
        var last: UInt64 = 0

        mutating func remove(_ number: UInt64) -> Held? {
            guard let held = held.removeValue(forKey: number) else { return nil }
            numbers[held.holder]?.removeAll { $0 == number }
            if numbers[held.holder]?.isEmpty == true { numbers[held.holder] = nil }
            return held
        }

        /// - Parameter holder: gives way before others who hold as many.
        func largest(_ holder: String) -> String {
            let own = numbers[holder]?.count ?? 0
            guard let most = numbers.max(by: { $0.value.count < $1.value.count }), most.value.count > own else {
                return holder
            }
            return most.key
        }
    }

    private let perHolder: Int
    private let inAll: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - perHolder: at least 1.
    ///   - inAll: at least 1.
    package init(perHolder: Int, inAll: Int) {
        precondition(perHolder > 0 && inAll > 0, "a bound must let something through")
        self.perHolder = perHolder
        self.inAll = inAll
    }

    /// How many are held.
    package var count: Int { state.withLock { $0.held.count } }

    /// Takes one; another one may have to end for it.
    /// - Parameter end: ends this one when it has to give way; called once at most, without locks held.
    /// - Returns: what to give back.
    package func take(_ holder: String, end: @escaping @Sendable () -> Void) -> UInt64 {
        let (number, ended) = state.withLock { state -> (UInt64, Held?) in
            var ended: Held?
            if let own = state.numbers[holder], own.count >= perHolder {
                ended = state.remove(own[0])
            } else if state.held.count >= inAll, let oldest = state.numbers[state.largest(holder)]?.first {
                ended = state.remove(oldest)
            }
            state.last += 1
            state.held[state.last] = Held(holder: holder, end: end)
            state.numbers[holder, default: []].append(state.last)
            return (state.last, ended)
        }
        ended?.end()
        return number
    }

    /// Gives back what was taken; one that had to give way is given back already.
    package func release(_ number: UInt64) {
        _ = state.withLock { $0.remove(number) }
    }

    /// Ends all that a holder has.
    package func endAll(_ holder: String) {
        let ended = state.withLock { state in (state.numbers[holder] ?? []).compactMap { state.remove($0) } }
        for held in ended { held.end() }
    }
}
