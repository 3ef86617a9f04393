import Core
import FoundationEssentials
import ModelAPI
import NIOHTTP1
import TestSupport
import Testing

@testable import TokenProxy

/// What a replica leases, for whom it waits, and what it gives back.
struct AccountsTests {
    private let storage = RecordingStorage()
    private let request = Allowance.Request(input: 100, output: 200)

    private func accounts(idleTime: Duration = .seconds(60), timeout: Duration = .seconds(10)) -> Accounts {
        Accounts(
            storage: storage, holder: "h", clock: WallClock { testNow }, idleTime: idleTime, timeout: timeout,
            logger: quiet)
    }

    private func reserve(_ accounts: Accounts, _ account: Account) async throws(Refusal) -> Account.Grant {
        if let grant = try accounts.reserve(request, account, upgradeURL: "https://u", time: testNow, now: accounts.now) {
            return grant
        }
        return try await accounts.reserveWaiting(request, account, upgradeURL: "https://u")
    }

    @Test func onlyTheFirstCallWaitsForALease() async throws {
        storage.limit = 1_000_000
        let accounts = accounts()
        let account = accounts.account(testIDs.next())
        #expect(try accounts.reserve(request, account, upgradeURL: "", time: testNow, now: accounts.now) == nil)
        #expect(try await accounts.reserveWaiting(request, account, upgradeURL: "").output == 200)
        for _ in 0..<10 {
            #expect(try accounts.reserve(request, account, upgradeURL: "", time: testNow, now: accounts.now)?.output == 200)
        }
    }

    @Test func leasesOnceForAllWhoWait() async throws {
        storage.limit = 1_000_000
        let accounts = accounts()
        let account = accounts.account(testIDs.next())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { _ = try await reserve(accounts, account) } }
            try await group.waitForAll()
        }
        #expect(storage.requests.count <= 3)
    }

    @Test func givesBackWhatIsTooLittleForThoseWhoWait() async throws {
        let account = Account(testIDs.next())
        let quota = Quota(
            periodStart: testNow, periodEnd: testNow + .days(30), limit: 1_000, used: 0, reserved: 1_000)
        _ = account.beginLease(need: 300, now: .zero)
        account.endLease(LeaseAnswer(granted: 200, held: 200, quota: quota), need: 300, now: .zero)
        for (output, givenBack) in [(25, []), (26, [200])] {
            let waiting = Task { await account.change(for: Allowance.Request(input: 100, output: output)) }
            try await eventually { account.waitingCalls == 1 }
            let idle = account.takeIdle(after: .seconds(60), pause: .zero, time: testNow, now: .zero)
            #expect(idle.map(\.units) == givenBack)
            account.endLease()
            await waiting.value
        }
    }

    @Test func saysWhenTheMonthIsUsedUp() async throws {
        storage.limit = 110
        let accounts = accounts()
        let account = accounts.account(testIDs.next())
        let refusal = await #expect(throws: Refusal.self) { try await reserve(accounts, account) }
        #expect(refusal?.error.code == "monthly_limit_exceeded")
        // Known for a moment without asking again.
        let asked = storage.requests.count
        #expect(throws: Refusal.self) {
            try accounts.reserve(request, account, upgradeURL: "", time: testNow, now: accounts.now)
        }
        #expect(storage.requests.count == asked)
    }

    @Test func waitsForACallThatIsUnderWay() async throws {
        storage.limit = 2_100
        let accounts = accounts()
        let account = accounts.account(testIDs.next())
        let long = Allowance.Request(input: 100, output: 500)
        #expect(try await accounts.reserveWaiting(long, account, upgradeURL: "").output == 500)
        let keeping = Task { await accounts.keep() }
        defer { keeping.cancel() }
        async let second = accounts.reserveWaiting(long, account, upgradeURL: "")
        try await Task.sleep(for: .milliseconds(150))
        _ = account.settle(reserved: 2_100, used: 50, periodStart: testNow, now: accounts.now)
        #expect(try await second.output == 487)
    }

    @Test func goesOnInsideItsLeaseWhenTheStorageFails() async throws {
        storage.limit = 1_000_000
        let accounts = accounts()
        let account = accounts.account(testIDs.next())
        _ = try await reserve(accounts, account)
        storage.fails = true
        #expect(try await reserve(accounts, account).output == 200)
        let other = accounts.account(testIDs.next())
        let refusal = await #expect(throws: Refusal.self) { try await reserve(accounts, other) }
        #expect(refusal == .storageUnavailable)
    }

    @Test(.timeLimit(.minutes(1))) func letsNobodyWaitForAnAnswerThatAnotherCallAskedFor() async throws {
        storage.hangs = true
        let accounts = accounts(timeout: .milliseconds(100))
        let account = accounts.account(testIDs.next())
        let keeping = Task { await accounts.keep() }
        defer { keeping.cancel() }
        await withTaskGroup(of: Refusal?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do throws(Refusal) {
                        _ = try await accounts.reserveWaiting(request, account, upgradeURL: "")
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            // All but the one that asks.
            for _ in 0..<49 { #expect(await group.next() == .allowanceInUse) }
            group.cancelAll()
        }
    }

    @Test func takesAShortAnswerInTheEndThoughOthersWereLeftTheTokens() async throws {
        storage.limit = 6_700
        storage.heldByOthers = 5_000
        let accounts = accounts(timeout: .milliseconds(500))
        let account = accounts.account(testIDs.next())
        let keeping = Task { await accounts.keep() }
        defer { keeping.cancel() }
        let long = Allowance.Request(input: 100, output: 2_000)
        #expect(try await accounts.reserveWaiting(long, account, upgradeURL: "").output == 400)
    }

    @Test func givesBackWhatNobodyNeedsAnyMore() async throws {
        storage.limit = 1_000_000
        let accounts = accounts(idleTime: .milliseconds(10))
        let account = accounts.account(testIDs.next())
        let grant = try await reserve(accounts, account)
        let keeping = Task { await accounts.keep() }
        defer { keeping.cancel() }
        try await Task.sleep(for: .milliseconds(300))
        #expect(storage.leased > 0)
        _ = account.settle(reserved: 900, used: 40, periodStart: grant.period.lowerBound, now: accounts.now)
        // What was used is the bookkeeper's to settle.
        try await eventually { storage.leased == 40 }
        #expect(accounts.leasedUnits == 0)
    }

    @Test func startsANewPeriodWithANewLease() async throws {
        storage.limit = 1_000_000
        let account = Account(testIDs.next())
        guard case .needsMore = account.reserve(request, time: testNow, now: .zero) else {
            Issue.record("nothing was leased yet")
            return
        }
        let quota = Quota(
            periodStart: testNow, periodEnd: testNow + .days(30), limit: 1_000, used: 0, reserved: 1_000)
        _ = account.beginLease(need: 300, now: .zero)
        account.endLease(LeaseAnswer(granted: 1_000, held: 1_000, quota: quota), need: 300, now: .zero)
        guard case .granted = account.reserve(request, time: testNow, now: .zero) else {
            Issue.record("it was leased")
            return
        }
        guard case .needsMore = account.reserve(request, time: testNow + .days(30), now: .zero) else {
            Issue.record("the period is over")
            return
        }
        // The call of the old period is settled there.
        #expect(account.settle(reserved: 900, used: 10, periodStart: testNow, now: .zero).remaining == 990)
        #expect(account.takeIdle(after: .zero, pause: .zero, time: testNow + .days(30), now: .zero).map(\.units) == [990])
    }
}

struct CallerDirectoryTests {
    private let storage = RecordingStorage()
    private let hash = Array("token".utf8).withUnsafeBytes { TokenHash($0) }
    private let credential = ProxyCredential(customerID: testIDs.next(), boxID: testIDs.next(), tier: .pro)

    private func callers() -> CallerDirectory {
        CallerDirectory(
            storage: storage,
            accounts: Accounts(
                storage: storage, holder: "h", clock: WallClock { testNow }, idleTime: .seconds(60), logger: quiet),
            plans: .builtIn, refreshInterval: .seconds(1), logger: quiet)
    }

    @Test func remembersWhoCalls() async throws {
        storage.credentials = [hash.hexadecimal: credential]
        let directory = callers()
        #expect(directory.caller(hash) == nil)
        #expect(try await directory.lookUp(hash, from: "a").credential == credential)
        #expect(directory.caller(hash)?.credential == credential)
        #expect(storage.lookUps == 1)
    }

    @Test func forgetsWhoIsNotWelcomeAnyMore() async throws {
        storage.credentials = [hash.hexadecimal: credential]
        let directory = callers()
        _ = try await directory.lookUp(hash, from: "a")
        storage.credentials = [:]
        await directory.verify()
        #expect(directory.caller(hash) == nil)
        await #expect(throws: Refusal.unauthenticated) { try await directory.lookUp(hash, from: "a") }
    }

    @Test func learnsOfAnotherPlan() async throws {
        storage.credentials = [hash.hexadecimal: credential]
        let directory = callers()
        _ = try await directory.lookUp(hash, from: "a")
        storage.credentials = [
            hash.hexadecimal: ProxyCredential(
                customerID: credential.customerID, boxID: credential.boxID, tier: .team)
        ]
        await directory.verify()
        #expect(directory.caller(hash)?.plan.tier == .team)
    }

    @Test func goesOnWithWhatItKnowsWhenTheStorageFails() async throws {
        storage.credentials = [hash.hexadecimal: credential]
        let directory = callers()
        _ = try await directory.lookUp(hash, from: "a")
        storage.fails = true
        await directory.verify()
        #expect(directory.caller(hash)?.credential == credential)
    }

    @Test func hasThoseWaitWhoGuess() async throws {
        let directory = callers()
        for number in 0..<30 {
            let guess = Array("\(number)".utf8).withUnsafeBytes { TokenHash($0) }
            let refusal = await #expect(throws: Refusal.self) { try await directory.lookUp(guess, from: "a") }
            #expect(refusal?.status.code == (number < 20 ? 401 : 429))
        }
        await #expect(throws: Refusal.unauthenticated) { try await directory.lookUp(hash, from: "b") }
        storage.credentials = [hash.hexadecimal: credential]
        #expect(try await directory.lookUp(hash, from: "a").credential == credential)
    }

    @Test func asksTheStorageOnceAboutAllWhoCameMeanwhile() async throws {
        storage.holdsLookUps = true
        let lookUps = TokenLookUps(storage: storage, logger: quiet)
        let guesses = (0..<100).map { number in Array("\(number)".utf8).withUnsafeBytes { TokenHash($0) } }
        storage.credentials = [guesses[50].hexadecimal: credential]
        async let first = lookUps.find(guesses[0])
        try await eventually { storage.isHolding }
        async let found = withThrowingTaskGroup(of: ProxyCredential?.self) { group in
            for guess in guesses.dropFirst() { group.addTask { try await lookUps.find(guess) } }
            return try await group.reduce(into: [ProxyCredential]()) { found, each in if let each { found.append(each) } }
        }
        try? await eventually { lookUps.waiting == 99 }
        storage.holdsLookUps = false
        #expect(try await first == nil)
        #expect(try await found == [credential])
        #expect(storage.lookUps == 2)
    }

    @Test func hashesAsTheStoreDoes() {
        #expect(
            Array("abc".utf8).withUnsafeBytes { TokenHash($0) }.hexadecimal
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}

struct BookkeeperTests {
    @Test func keepsWhatTheStorageDoesNotTakeAndTriesAgain() async throws {
        try await withFolder { root in
            let storage = RecordingStorage()
            let journal = try Journal(root: root, holder: "h", slots: 8, logger: quiet)
            let bookkeeper = Bookkeeper(journal: journal, storage: storage, holder: "h", logger: quiet)
            let call = CallReservation.sample()
            let bill = Bill(UsageMeter(.openAI), reservation: call, ending: .complete)
            let ticket = try journal.reserve(call)
            journal.settle(ticket, bill.usage, isEstimated: bill.isEstimated, now: testNow)
            let caller = Caller.sample()
            let account = caller.account
            let quota = Quota(
                periodStart: testNow, periodEnd: testNow + .days(30), limit: 1_000, used: 0, reserved: 1_000)
            _ = account.beginLease(need: 500, now: .zero)
            account.endLease(LeaseAnswer(granted: 1_000, held: 1_000, quota: quota), need: 500, now: .zero)
            _ = account.settle(reserved: 0, used: bill.usage.units, periodStart: testNow, now: .zero)
            bookkeeper.add(call, caller, bill, at: testNow, ticket)
            storage.fails = true
            #expect(await !bookkeeper.book())
            #expect(bookkeeper.lag == (1, true))
            #expect(account.unbookedUnits == bill.usage.units)
            storage.fails = false
            #expect(await bookkeeper.book())
            #expect(bookkeeper.lag == (0, false))
            #expect(account.unbookedUnits == 0)
            #expect(storage.events.map(\.usage) == [bill.usage])
        }
    }

    @Test func booksNothingForACallThatUsedNothing() async throws {
        try await withFolder { root in
            let storage = RecordingStorage()
            let journal = try Journal(root: root, holder: "h", slots: 8, logger: quiet)
            let bookkeeper = Bookkeeper(journal: journal, storage: storage, holder: "h", logger: quiet)
            let ticket = try journal.reserve(.sample())
            journal.settle(ticket, Bill.nothing.usage, isEstimated: false, now: testNow)
            bookkeeper.add(.sample(), .sample(), .nothing, at: testNow, ticket)
            #expect(bookkeeper.lag == (0, false))
            journal.remove()
            #expect(try FileManager.default.contentsOfDirectory(atPath: root).isEmpty)
        }
    }
}
