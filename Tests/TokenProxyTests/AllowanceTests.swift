import Core
import TestSupport
import Testing

@testable import TokenProxy

struct AllowanceTests {
    private let request = Allowance.Request(input: 100, output: 500)

    @Test func grantsAtOnceWhatIsFree() {
        var allowance = allowance(granted: 10_000, limit: 1_000_000)
        #expect(allowance.reserve(request, mayAsk: true, now: .zero) == .granted(output: 500, needsMore: false))
        allowance.granted(2_100)
        #expect(allowance.free == 7_900)
        #expect(allowance.remaining == 1_000_000)
        allowance.settle(reserved: 2_100, used: 300)
        #expect(allowance.free == 9_700)
        #expect(allowance.remaining == 999_700)
    }

    @Test func asksForMoreBeforeTheNextCallHasToWait() {
        var allowance = allowance(granted: 3_000, limit: 1_000_000)
        #expect(allowance.reserve(request, mayAsk: true, now: .zero) == .granted(output: 500, needsMore: true))
        #expect(allowance.reserve(request, mayAsk: false, now: .zero) == .granted(output: 500, needsMore: false))
    }

    @Test func asksForWhatIsMissing() {
        var allowance = allowance(granted: 500, limit: 1_000_000)
        #expect(allowance.reserve(request, mayAsk: true, now: .zero) == .needsMore(1_600))
        #expect(allowance.reserve(request, mayAsk: false, now: .zero) == .busy)
    }

    @Test func shrinksTheCapNearTheLimit() {
        var allowance = allowance(granted: 1_500, limit: 1_500)
        #expect(allowance.reserve(request, mayAsk: true, now: .zero) == .needsMore(600))
        allowance.receive(answer(granted: 0, held: 1_500, limit: 1_500), need: 600, now: .zero)
        #expect(allowance.reserve(request, mayAsk: true, now: .zero) == .granted(output: 350, needsMore: false))
    }

    @Test func waitsForABetterAnswerWhileCallsAreUnderWay() {
        var allowance = allowance(granted: 2_000, limit: 2_000)
        allowance.granted(800)
        allowance.receive(answer(granted: 0, held: 2_000, limit: 2_000), need: 1, now: .zero)
        #expect(allowance.reserve(request, mayAsk: true, now: .zero) == .busy)
        allowance.settle(reserved: 800, used: 100)
        #expect(allowance.reserve(request, mayAsk: true, now: .zero) == .granted(output: 450, needsMore: false))
    }

    @Test func takesWhatIsLeftInTheEnd() {
        var allowance = allowance(granted: 2_000, limit: 2_000)
        allowance.granted(1_000)
        #expect(allowance.reserveWhatIsLeft(request) == .busy)
        allowance.settle(reserved: 1_000, used: 600)
        #expect(allowance.reserveWhatIsLeft(request) == .granted(output: 325, needsMore: false))
        allowance.granted(300)
        #expect(allowance.reserveWhatIsLeft(request) == .busy)
    }

    @Test func knowsWhenNothingThatComesBackCouldBeEnough() {
        var allowance = allowance(granted: 110, limit: 110)
        allowance.granted(50)
        allowance.receive(answer(granted: 0, held: 110, limit: 110), need: 1, now: .zero)
        #expect(allowance.reserve(request, mayAsk: true, now: .zero) == .exhausted)
    }

    @Test func waitsForWhatOthersHold() {
        var allowance = allowance(granted: 10, limit: 5_000, reserved: 5_000)
        allowance.receive(answer(granted: 0, held: 10, limit: 5_000, reserved: 5_000), need: 1, now: .zero)
        #expect(allowance.reserve(request, mayAsk: true, now: .zero) == .busy)
        // And asks again, for they may have given some back.
        #expect(allowance.reserve(request, mayAsk: true, now: .milliseconds(100)) == .needsMore(2_090))
    }

    @Test func givesBackOnlyWhatIsFree() {
        var allowance = allowance(granted: 1_000, limit: 10_000)
        allowance.granted(300)
        #expect(allowance.giveBack(pause: .zero, now: .zero) == 700)
        #expect(allowance.free == 0)
        #expect(allowance.remaining == 10_000)
    }

    @Test func leavesWhatItGaveBackToOthersForAMoment() {
        var allowance = allowance(granted: 500, limit: 5_000, reserved: 5_000)
        allowance.receive(answer(granted: 0, held: 500, limit: 5_000, reserved: 5_000), need: 1, now: .zero)
        #expect(allowance.isTooLittle(for: request))
        #expect(allowance.giveBack(pause: .milliseconds(300), now: .milliseconds(100)) == 500)
        #expect(allowance.reserve(request, mayAsk: true, now: .milliseconds(399)) == .busy)
        #expect(allowance.reserve(request, mayAsk: true, now: .milliseconds(400)) == .needsMore(2_100))
    }

    @Test func keepsWhatACallCanBeginWith() {
        var shared = allowance(granted: 2_100, limit: 5_000, reserved: 5_000)
        shared.receive(answer(granted: 0, held: 2_100, limit: 5_000, reserved: 5_000), need: 1, now: .zero)
        #expect(!shared.isTooLittle(for: request))
        // Nobody else has any that could be added.
        #expect(!allowance(granted: 1_124, limit: 1_124).isTooLittle(for: request))
        #expect(allowance(granted: 1_123, limit: 1_123).isTooLittle(for: request))
    }

    @Test func neverCountsAnExcessAsFree() {
        var allowance = allowance(granted: 1_000, limit: 1_000)
        allowance.granted(400)
        allowance.settle(reserved: 400, used: 1_300)
        #expect(allowance.free == -300)
        #expect(allowance.remaining == 0)
        #expect(allowance.reserveWhatIsLeft(request) == .busy)
    }

    @Test func takesOverWhatIsLeasedHereAndNotKnown() {
        var allowance = allowance(granted: 1_000, limit: 10_000)
        allowance.granted(400)
        allowance.settle(reserved: 400, used: 300)
        // Of 1,500 tokens here, 300 are used and not booked yet, and 200 come with this answer.
        allowance.receive(answer(granted: 200, held: 1_500, limit: 10_000), need: 200, adoptsRest: true, now: .zero)
        #expect(allowance.free == 1_200)
        allowance.book(300)
        allowance.receive(answer(granted: 0, held: 1_200, limit: 10_000), need: 0, adoptsRest: true, now: .zero)
        #expect(allowance.free == 1_200)
    }

    private func answer(granted: Int, held: Int, limit: Int, reserved: Int? = nil) -> LeaseAnswer {
        LeaseAnswer(
            granted: granted, held: held,
            quota: Quota(
                periodStart: testNow, periodEnd: testNow + .days(30), limit: limit, used: 0, reserved: reserved ?? held))
    }

    private func allowance(granted: Int, limit: Int, reserved: Int? = nil) -> Allowance {
        let answer = answer(granted: granted, held: granted, limit: limit, reserved: reserved)
        var allowance = Allowance(answer)
        allowance.receive(answer, need: granted, now: .zero)
        return allowance
    }
}

struct QuotaSliceTests {
    @Test(arguments: [
        (100_000, 2_010), (4_000, 1_000), (3_000, 750), (700, 200), (200, 200), (150, 150), (60, 60), (49, 0), (0, 0),
    ])
    func givesPlentyFromPlentyAndNoMoreThanIsNeededNearTheLimit(_ available: Int, _ slice: Int) {
        let quota = Quota(
            periodStart: testNow, periodEnd: testNow + .days(30), limit: available + 500, used: 300, reserved: 200)
        let request = LeaseRequest(
            customerID: testIDs.next(), holder: "h", least: 50, need: 200, want: 1_000, at: testNow)
        #expect(quota.slice(request) == slice)
    }
}
