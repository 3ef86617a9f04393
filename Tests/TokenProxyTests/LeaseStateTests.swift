import Testing

@testable import TokenProxy

/// What a lease waits for at the storage, and which answers tell all that is held here.
struct LeaseStateTests {
    private var asking: LeaseState {
        var lease = LeaseState()
        _ = lease.begin(need: 100, limit: 100_000, now: .zero)
        return lease
    }

    private var unsure: LeaseState {
        var lease = LeaseState()
        lease.failed(isAsk: false, now: .zero)
        return lease
    }

    @Test func changesTheLeaseOnceAtATime() {
        var lease = LeaseState()
        let first = lease.begin(need: 100, limit: 100_000, now: .zero)
        #expect(first == 200)
        #expect(lease.isAsking)
        let second = lease.begin(need: 100, limit: 100_000, now: .zero)
        #expect(second == nil)
        let givesBack = lease.begin()
        #expect(!givesBack)
        lease.answered(need: 100, isComplete: false, now: .zero)
        #expect(!lease.isAsking)
        let givesBackNow = lease.begin()
        #expect(givesBackNow)
        lease.ended()
        #expect(!lease.isAsking)
    }

    @Test func asksForMoreIfACustomerComesAgainSoon() {
        var lease = LeaseState()
        var wants: [Int?] = []
        for milliseconds in [0, 500, 1_000, 3_000] {
            wants.append(lease.begin(need: 100, limit: 9_600, now: .milliseconds(milliseconds)))
            lease.ended()
        }
        // Up to a sixteenth of the month.
        #expect(wants == [200, 400, 600, 200])
    }

    @Test func asksForNothingToLearnWhatIsHeld() {
        var lease = unsure
        let want = lease.begin(need: 0, limit: 100_000, now: .zero)
        #expect(want == 0)
        #expect(lease.isAsking)
    }

    @Test func isUnsureAfterAFailureUntilAnAnswerIsComplete() {
        var lease = asking
        #expect(!lease.isUnsure)
        lease.failed(isAsk: false, now: .zero)
        #expect(lease.isUnsure)
        #expect(!lease.isAsking)
        _ = lease.begin(need: 100, limit: 0, now: .zero)
        #expect(lease.isUnsure)
        lease.answered(need: 100, isComplete: false, now: .zero)
        #expect(lease.isUnsure)
        _ = lease.begin(need: 0, limit: 0, now: .zero)
        lease.answered(need: 0, isComplete: true, now: .zero)
        #expect(!lease.isUnsure)
    }

    @Test func staysUnsureWhenUnitsAreGivenBack() {
        var lease = unsure
        let givesBack = lease.begin()
        #expect(givesBack)
        lease.ended()
        #expect(lease.isUnsure)
    }

    @Test func adoptsOnlyFromAnAnswerThatTellsAll() {
        var certain = asking
        #expect(!certain.adoptsRest(granted: 100, need: 100))
        certain.failed(isAsk: false, now: .zero)
        // Nothing was asked.
        #expect(!certain.adoptsRest(granted: 100, need: 100))
        var lease = unsure
        _ = lease.begin(need: 100, limit: 0, now: .zero)
        #expect(lease.adoptsRest(granted: 100, need: 100))
        #expect(lease.adoptsRest(granted: 0, need: 0))
        // It may come before the end of a transaction whose answer got lost.
        #expect(!lease.adoptsRest(granted: 0, need: 100))
        // The answer may count this or not.
        lease.booked()
        #expect(!lease.adoptsRest(granted: 100, need: 100))
    }

    @Test func asksLaterAndLaterWhileAnswersAreNotComplete() {
        var lease = unsure
        var now = Duration.zero
        for pause in [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000] {
            #expect(!lease.shouldAsk(now: now + .milliseconds(pause - 1)))
            now += .milliseconds(pause)
            #expect(lease.shouldAsk(now: now))
            _ = lease.begin(need: 0, limit: 0, now: now)
            #expect(!lease.shouldAsk(now: now))
            lease.answered(need: 0, isComplete: false, now: now)
        }
        // A call's lease doesn't put it off.
        lease.failed(isAsk: false, now: now)
        #expect(lease.shouldAsk(now: now + .seconds(10)))
        // Nor does an earlier doubt.
        _ = lease.begin(need: 0, limit: 0, now: now)
        lease.answered(need: 0, isComplete: true, now: now)
        lease.failed(isAsk: false, now: now)
        #expect(lease.shouldAsk(now: now + .milliseconds(100)))
    }

    @Test(arguments: [true, false]) func asksAtOnceAfterMoreWasUsedThanLeased(isAsking: Bool) {
        var lease = isAsking ? asking : LeaseState()
        lease.exceeded()
        #expect(lease.isUnsure)
        #expect(lease.isAsking == isAsking)
        if isAsking {
            #expect(lease.adoptsRest(granted: 100, need: 100))
            lease.answered(need: 100, isComplete: false, now: .zero)
        }
        #expect(lease.shouldAsk(now: .zero))
    }

    @Test func putsOffNothingWhenMoreIsUsedWhileUnsure() {
        var lease = unsure
        lease.exceeded()
        #expect(!lease.shouldAsk(now: .milliseconds(99)))
    }
}
