import Core
import HTTPSupport
import TestSupport
import Testing

struct RateLimiterTests {
    private let clock = ManualClock()

    @Test func letsABurstThroughAndThenSoManyASecond() {
        let limiter = RateLimiter(capacity: 3, refillPerSecond: 2, clock: clock.wallClock)
        #expect((1...3).allSatisfy { _ in limiter.take("a") == nil })
        #expect(limiter.take("a") == .milliseconds(500))
        clock.advance(by: .milliseconds(499))
        #expect(limiter.take("a") != nil)
        clock.advance(by: .milliseconds(1))
        #expect(limiter.take("a") == nil)
        #expect(limiter.take("a") != nil)
    }

    @Test func oneKeyDoesNotSpendForAnother() {
        let limiter = RateLimiter(capacity: 1, refillPerSecond: 1, clock: clock.wallClock)
        #expect(limiter.take("a") == nil)
        #expect(limiter.take("b") == nil)
        #expect(limiter.take("a") != nil)
    }

    @Test func aPauseDoesNotSaveUpMoreThanABurst() {
        let limiter = RateLimiter(capacity: 2, refillPerSecond: 10, clock: clock.wallClock)
        #expect(limiter.take("a") == nil)
        clock.advance(by: .days(1))
        #expect((1...2).allSatisfy { _ in limiter.take("a") == nil })
        #expect(limiter.take("a") != nil)
    }

    @Test func aClockThatIsSetBackTakesNothingAway() {
        let limiter = RateLimiter(capacity: 2, refillPerSecond: 1, clock: clock.wallClock)
        #expect(limiter.take("a") == nil)
        clock.advance(by: .hours(-1))
        #expect(limiter.take("a") == nil)
        #expect(limiter.take("a") == .seconds(1))
    }

    @Test func remembersNoMoreKeysThanItMay() {
        let limiter = RateLimiter(capacity: 1, refillPerSecond: 0.001, maximumKeys: 100, clock: clock.wallClock)
        for number in 0..<1000 {
            clock.advance(by: .milliseconds(1))
            _ = limiter.take("key \(number)")
            #expect(limiter.count <= 100)
        }
        #expect(limiter.take("key 999") != nil, "the youngest keys are remembered longest")
    }

    @Test func underPressureForgetsFirstWhatIsFullAgain() {
        let limiter = RateLimiter(capacity: 2, refillPerSecond: 1, maximumKeys: 3, clock: clock.wallClock)
        _ = limiter.take("old")
        clock.advance(by: .seconds(10))
        for _ in 0..<2 { _ = limiter.take("busy") }
        _ = limiter.take("other")
        _ = limiter.take("new")
        #expect(limiter.take("busy") != nil)
    }

    @Test func theErrorSaysWhenToTryAgain() throws {
        let limiter = RateLimiter(capacity: 1, refillPerSecond: 0.1, clock: clock.wallClock)
        try limiter.check("a")
        #expect {
            try limiter.check("a")
        } throws: { error in
            let error = error as? DomainError
            return error?.kind == .limited && error?.code == "too_many_requests"
                && error?.message.contains("10 seconds") == true
        }
    }
}
