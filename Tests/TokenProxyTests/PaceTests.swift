import Core
import Testing

@testable import TokenProxy

struct PaceTests {
    private let plan = PlanTable.builtIn[.starter]

    @Test func admitsAsManyAtOnceAsThePlanSays() {
        var pace = Pace(plan: plan, now: .zero)
        for _ in 0..<plan.concurrentRequests { #expect(pace.enter(plan: plan, now: .zero) == .admitted) }
        #expect(pace.enter(plan: plan, now: .seconds(60)) == .tooManyAtOnce)
        pace.leave()
        #expect(pace.enter(plan: plan, now: .seconds(60)) == .admitted)
    }

    @Test func admitsAsManyASecondAsThePlanSays() {
        var pace = Pace(plan: plan, now: .zero)
        for _ in 0..<plan.requestsPerSecond {
            #expect(pace.enter(plan: plan, now: .zero) == .admitted)
            pace.leave()
        }
        #expect(pace.enter(plan: plan, now: .zero) == .tooFast(retryAfter: .milliseconds(100)))
        #expect(pace.enter(plan: plan, now: .milliseconds(100)) == .admitted)
        #expect(pace.enter(plan: plan, now: .milliseconds(150)) == .tooFast(retryAfter: .milliseconds(50)))
    }

    @Test func savesUpTheBurstOfThePlan() {
        var plan = plan
        plan.requestBurst = 3
        var pace = Pace(plan: plan, now: .zero)
        func admitted(now: Duration) -> Int {
            var count = 0
            while pace.enter(plan: plan, now: now) == .admitted {
                pace.leave()
                count += 1
            }
            return count
        }
        #expect(admitted(now: .zero) == 3)
        #expect(admitted(now: .milliseconds(200)) == 2)
        #expect(admitted(now: .seconds(3600)) == 3)
    }

    @Test func isHeldUpWhenNoCallCouldBeginForAWhile() {
        var pace = Pace(plan: plan, now: .zero)
        for _ in 0..<plan.concurrentRequests { _ = pace.enter(plan: plan, now: .zero) }
        func isHeldUp(_ seconds: Int) -> Bool {
            _ = pace.enter(plan: plan, now: .seconds(seconds))
            return pace.isHeldUp(now: .seconds(seconds))
        }
        #expect(!isHeldUp(1) && !isHeldUp(20) && isHeldUp(21))
        // One who comes back after long begins anew, and so does one whose call is admitted.
        #expect(!isHeldUp(100) && isHeldUp(120))
        pace.leave()
        #expect(!isHeldUp(121) && !isHeldUp(122))
    }
}
