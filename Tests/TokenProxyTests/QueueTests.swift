import Core
import Synchronization
import TestSupport
import Testing

@testable import TokenProxy

struct FairQueueTests {
    private let one: Customer.ID = testIDs.next()
    private let two: Customer.ID = testIDs.next()

    @Test func takesTurnsHoweverManyCallsOneHasWaiting() {
        var queue = FairQueue<String>()
        for _ in 0..<100 { queue.append("greedy", customerID: one, weight: 1) }
        for _ in 0..<2 { queue.append("modest", customerID: two, weight: 1) }
        let first = (0..<4).compactMap { _ in queue.popFirst() }
        #expect(first.count { $0 == "modest" } == 2)
        #expect(queue.count == 98)
    }

    @Test func givesEachPlanItsShare() {
        var queue = FairQueue<String>()
        for _ in 0..<100 {
            queue.append("starter", customerID: one, weight: 1)
            queue.append("team", customerID: two, weight: 4)
        }
        let first = (0..<50).compactMap { _ in queue.popFirst() }
        #expect(first.count { $0 == "team" } == 40)
    }

    @Test func keepsTheOrderOfOneCustomer() {
        var queue = FairQueue<Int>()
        for number in 0..<5 { queue.append(number, customerID: one, weight: 2) }
        #expect((0..<6).map { _ in queue.popFirst() } == [0, 1, 2, 3, 4, nil])
        #expect(queue.isEmpty)
    }

    @Test func doesNotSaveTurnsUp() {
        var queue = FairQueue<String>()
        for _ in 0..<10 { queue.append("busy", customerID: one, weight: 1) }
        for _ in 0..<8 { _ = queue.popFirst() }
        // Whoever comes late starts now, not where the others began.
        for _ in 0..<10 { queue.append("late", customerID: two, weight: 1) }
        let next = (0..<4).compactMap { _ in queue.popFirst() }
        #expect(next.count { $0 == "late" } == 2)
    }
}

struct ConcurrencyLimiterTests {
    private let customer: Customer.ID = testIDs.next()

    @Test func letsAsManyInAsMayBe() {
        let limiter = ConcurrencyLimiter(most: 2)
        #expect(limiter.enter(now: .zero))
        #expect(limiter.enter(now: .zero))
        #expect(!limiter.enter(now: .zero))
        let admitted = Counter()
        limiter.wait(waiter(admitted), customerID: customer, weight: 1)
        limiter.leave(wasAnswered: true, now: .zero)
        #expect(admitted.count == 1)
        #expect(limiter.figures.running == 2)
    }

    @Test func letsNobodyOvertakeThoseWhoWait() {
        let limiter = ConcurrencyLimiter(most: 1)
        #expect(limiter.enter(now: .zero))
        let admitted = Counter()
        limiter.wait(waiter(admitted), customerID: customer, weight: 1)
        limiter.slowDown(for: .seconds(1), now: .zero)
        limiter.leave(wasAnswered: false, now: .zero)
        #expect(!limiter.enter(now: .seconds(2)))
        limiter.admit(now: .seconds(2))
        #expect(admitted.count == 1)
    }

    @Test func passesOverThoseWhoHaveGone() {
        let limiter = ConcurrencyLimiter(most: 1)
        #expect(limiter.enter(now: .zero))
        let (gone, there) = (Counter(), Counter())
        let first = waiter(gone)
        limiter.wait(first, customerID: customer, weight: 1)
        limiter.wait(waiter(there), customerID: customer, weight: 1)
        #expect(limiter.abandon(first))
        #expect(!limiter.abandon(first))
        limiter.leave(wasAnswered: true, now: .zero)
        #expect(gone.count == 0)
        #expect(there.count == 1)
    }

    @Test func pausesAsLongAsTheUpstreamAsksAndGoesOnWithFewer() {
        let limiter = ConcurrencyLimiter(most: 100)
        for _ in 0..<40 { #expect(limiter.enter(now: .zero)) }
        limiter.slowDown(for: .seconds(3), now: .zero)
        limiter.slowDown(for: .seconds(3), now: .milliseconds(1))
        #expect(!limiter.enter(now: .seconds(2)))
        #expect(limiter.figures.limit == 30)
        for _ in 0..<40 { limiter.leave(wasAnswered: false, now: .seconds(2)) }
        for _ in 0..<30 { #expect(limiter.enter(now: .seconds(4))) }
        #expect(!limiter.enter(now: .seconds(4)))
    }

    @Test func findsBackToWhatIsConfigured() {
        let limiter = ConcurrencyLimiter(most: 8)
        for _ in 0..<8 { _ = limiter.enter(now: .zero) }
        limiter.slowDown(for: .zero, now: .zero)
        #expect(limiter.figures.limit == 6)
        for _ in 0..<8 { limiter.leave(wasAnswered: false, now: .zero) }
        for _ in 0..<100 where limiter.enter(now: .zero) { limiter.leave(wasAnswered: true, now: .zero) }
        #expect(limiter.figures.limit == 8)
    }

    private func waiter(_ admitted: Counter) -> ConcurrencyLimiter.Waiter {
        ConcurrencyLimiter.Waiter { admitted.increase() }
    }

    private final class Counter: Sendable {
        private let value = Atomic(0)
        var count: Int { value.load(ordering: .relaxed) }
        func increase() { value.add(1, ordering: .relaxed) }
    }
}

struct AddressRateLimiterTests {
    @Test func slowsGuessingDown() {
        let limiter = AddressRateLimiter()
        for _ in 0..<20 { #expect(limiter.wait("10.0.0.1", now: .zero) == nil) }
        #expect(limiter.wait("10.0.0.1", now: .zero) == 1)
        #expect(limiter.wait("10.0.0.2", now: .zero) == nil)
        #expect(limiter.wait("10.0.0.1", now: .seconds(1)) == nil)
        #expect(limiter.wait("10.0.0.1", now: .seconds(1)) == 1)
    }

    @Test func aShareThatShrinksEndsNothingAndOneThatGrowsAdmitsWhoWaits() {
        let limiter = ConcurrencyLimiter(most: 8)
        for _ in 0..<8 { #expect(limiter.enter(now: .zero)) }
        limiter.resize(to: 4, now: .zero)
        for _ in 0..<4 { limiter.leave(wasAnswered: true, now: .zero) }
        #expect(!limiter.enter(now: .zero), "four are still under way")
        let admitted = Mutex(0)
        limiter.wait(
            ConcurrencyLimiter.Waiter { admitted.withLock { $0 += 1 } }, customerID: testIDs.next(), weight: 1)
        limiter.resize(to: 8, now: .zero)
        let count = admitted.withLock { $0 }
        #expect(count == 1)
        #expect(limiter.figures.limit == 8)
    }

    @Test func remembersNoMoreAddressesThanItMust() {
        let limiter = AddressRateLimiter()
        for number in 0..<10_000 { _ = limiter.wait("\(number)", now: .zero) }
        #expect(limiter.wait("new", now: .zero) == 10)
        // Later, those who only tried once are forgotten.
        #expect(limiter.wait("new", now: .seconds(2)) == nil)
    }
}
