import Core
import Synchronization

/// Lets each customer call as fast and as often at once as the plan says.
final class Admission: Sendable {
    private struct Entry {
        var pace: Pace
        var plan: Plan
    }

    private let entries = Mutex<[Customer.ID: Entry]>([:])
    private let start = ContinuousClock.now
    /// Beyond so many customers, those who are idle are forgotten.
    private static let rememberedCustomers = 10_000

    /// A call's place; given back once.
    final class Slot: Sendable {
        private let leaving: Mutex<(@Sendable () -> Void)?>

        init(_ leave: @escaping @Sendable () -> Void) {
            leaving = Mutex(leave)
        }

        func leave() {
            leaving.withLock { leave in
                defer { leave = nil }
                return leave
            }?()
        }
    }

    /// - Throws: ``Refusal`` with 429.
    func enter(_ customerID: Customer.ID, plan: Plan) throws(Refusal) -> Slot {
        let now = ContinuousClock.now - start
        let decision = entries.withLock { entries in
            if entries.count > Self.rememberedCustomers {
                entries = entries.filter { !$0.value.pace.isIdle(plan: $0.value.plan, now: now) }
            }
            var entry = entries[customerID] ?? Entry(pace: Pace(plan: plan, now: now), plan: plan)
            entry.plan = plan
            let decision = entry.pace.enter(plan: plan, now: now)
            entries[customerID] = entry
            return decision
        }
        switch decision {
        case .admitted: return Slot { [self] in leave(customerID) }
        case .tooManyAtOnce: throw .tooManyAtOnce
        case .tooFast(let wait): throw .tooFast(retryAfter: Int((wait.milliseconds + 999) / 1000))
        }
    }

    private func leave(_ customerID: Customer.ID) {
        entries.withLock { $0[customerID]?.pace.leave() }
    }
}
