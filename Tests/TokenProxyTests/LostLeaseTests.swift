import Core
import TestSupport
import Testing

@testable import TokenProxy

/// What a replica takes over that is leased to it and that it doesn't know of.
struct LostLeaseTests {
    private let storage = RecordingStorage()
    private let request = Allowance.Request(input: 100, output: 200)

    private func accounts(idleTime: Duration) -> Accounts {
        Accounts(storage: storage, holder: "h", clock: WallClock { testNow }, idleTime: idleTime, logger: quiet)
    }

    @Test func findsTheTokensOfAnAnswerThatGotLost() async throws {
        storage.limit = 1_000_000
        let accounts = accounts(idleTime: .seconds(60))
        let account = accounts.account(testIDs.next())
        storage.losesAnswers = true
        let refusal = await #expect(throws: Refusal.self) {
            try await accounts.reserveWaiting(request, account, upgradeURL: "")
        }
        #expect(refusal == .storageUnavailable)
        #expect(storage.leased > 0)
        #expect(accounts.leasedUnits == 0)
        storage.losesAnswers = false
        let keeping = Task { await accounts.keep() }
        defer { keeping.cancel() }
        try await eventually { !account.mayHoldMore }
        #expect(accounts.leasedUnits == storage.leased)
    }

    @Test func asksWhatItHasThoughNobodyKnowsWhetherItWasGivenBack() async throws {
        storage.limit = 1_000_000
        let accounts = accounts(idleTime: .milliseconds(10))
        let account = accounts.account(testIDs.next())
        let grant = try await accounts.reserveWaiting(request, account, upgradeURL: "")
        storage.losesAnswers = true
        _ = account.settle(reserved: 900, used: 40, periodStart: grant.period.lowerBound, now: accounts.now)
        let keeping = Task { await accounts.keep() }
        defer { keeping.cancel() }
        try await eventually { account.mayHoldMore && storage.leased == 40 }
        storage.losesAnswers = false
        try await storage.record([.sample(tokens: 40)], holder: "h", isRepeated: false)
        account.book(40, periodStart: grant.period.lowerBound)
        try await eventually { !account.mayHoldMore }
        #expect(storage.leased == 0)
        #expect(accounts.leasedUnits == 0)
    }

    @Test func takesNothingOverWhileCallsAreBeingBooked() {
        let account = Account(testIDs.next())
        account.leaseFailed(now: .zero)
        _ = account.beginLease(need: 0, now: .zero)
        // Whether the answer counts this nobody knows.
        account.book(100, periodStart: testNow)
        account.endLease(answer(held: 500), need: 0, now: .zero)
        #expect(account.leasedUnits == 0)
        _ = account.beginLease(need: 0, now: .zero)
        account.endLease(answer(held: 400), need: 0, now: .zero)
        #expect(account.leasedUnits == 400)
        #expect(!account.mayHoldMore)
    }

    @Test func takesNothingOverFromAnAnswerThatWaitedForNobody() {
        let account = Account(testIDs.next())
        account.leaseFailed(now: .zero)
        _ = account.beginLease(need: 100, now: .zero)
        account.endLease(answer(held: 500), need: 100, now: .zero)
        #expect(account.leasedUnits == 0)
        #expect(account.mayHoldMore)
    }

    @Test func asksLessAndLessOftenWhatItHas() {
        let account = Account(testIDs.next())
        var now = Duration.zero
        for pause in [100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000] {
            account.leaseFailed(isAsk: pause > 100, now: now)
            // A call that tries meanwhile changes nothing.
            account.leaseFailed(now: now)
            #expect(!account.shouldAsk(now: now + .milliseconds(pause - 1)))
            now += .milliseconds(pause)
            #expect(account.shouldAsk(now: now))
        }
        // There is nothing to have without a period.
        account.endLease(nil, need: 0, now: now)
        #expect(!account.shouldAsk(now: now + .seconds(60)))
    }

    @Test func doesNotSayThatTheMonthIsUsedUpBeforeItKnowsWhatItHas() {
        let account = Account(testIDs.next())
        _ = account.beginLease(need: 300, now: .zero)
        account.endLease(answer(held: 0, limit: 100), need: 300, now: .zero)
        guard case .exhausted = account.reserve(request, time: testNow, now: .zero) else {
            Issue.record("a call needs more than the limit")
            return
        }
        account.leaseFailed(now: .zero)
        guard case .busy = account.reserve(request, time: testNow, now: .zero) else {
            Issue.record("there may be tokens here")
            return
        }
    }

    @Test func takesNoMoreThanTheExcessFromLeasesToCome() {
        let account = Account(testIDs.next())
        _ = account.beginLease(need: 900, now: .zero)
        account.endLease(answer(granted: 900, held: 900), need: 900, now: .zero)
        _ = account.reserve(request, time: testNow, now: .zero)
        // The quota was charged all of it, and the lease what there was.
        _ = account.settle(reserved: 900, used: 1_300, periodStart: testNow, now: .zero)
        account.book(1_300, periodStart: testNow)
        _ = account.beginLease(need: 900, now: .zero)
        account.endLease(answer(granted: 500, held: 500), need: 900, now: .zero)
        #expect(account.leasedUnits == 500)
    }

    private func answer(granted: Int = 0, held: Int, limit: Int = 10_000) -> LeaseAnswer {
        LeaseAnswer(
            granted: granted, held: held,
            quota: Quota(periodStart: testNow, periodEnd: testNow + .days(30), limit: limit, used: 0, reserved: held))
    }
}
