import Core
import Logging
import NIOCore
import Synchronization

/// The customers that call through this proxy, and the leases that it holds for them.
final class Accounts: Sendable {
    private let storage: any ProxyStorage
    private let holder: String
    private let clock: WallClock
    private let idleTime: Duration
    private let logger: Logger
    private let accounts = Mutex<[Customer.ID: Account]>([:])
    /// When the storage last recorded this proxy as alive; nobody writes off its leases until well after that.
    private let renewedAt: Mutex<Duration>
    /// Leases that are being asked for, and whether more may be.
    private let asking = Mutex((count: 0, isClosed: false))
    private let start = NIODeadline.now()

    private let timeout: Duration

    /// After its timeout, a call waits so long for a last answer from the storage that others ask for.
    private static let grace = Duration.seconds(1)
    private static let renewal = Duration.seconds(60)
    /// More customers than these aren't remembered when they don't call.
    private static let mostIdle = 10_000
    /// Other proxies treat this one as dead after 15 minutes.
    private static let validity = Duration.seconds(600)

    /// - Parameters:
    ///   - idleTime: after so long without a call, a customer's lease is given back.
    ///   - timeout: how long a call waits for tokens that others have reserved.
    init(
        storage: any ProxyStorage, holder: String, clock: WallClock, idleTime: Duration, timeout: Duration = .seconds(10),
        logger: Logger
    ) {
        self.idleTime = idleTime
        self.timeout = timeout
        self.storage = storage
        self.holder = holder
        self.clock = clock
        self.logger = logger
        renewedAt = Mutex(.zero)
    }

    /// Since this object was made.
    var now: Duration { duration(at: .now()) }

    func duration(at deadline: NIODeadline) -> Duration { .nanoseconds((deadline - start).nanoseconds) }

    func account(_ id: Customer.ID) -> Account {
        accounts.withLock { accounts in
            if let account = accounts[id] { return account }
            let account = Account(id)
            accounts[id] = account
            return account
        }
    }

    /// Units that are leased and not used, of all customers.
    var leasedUnits: Int { accounts.withLock { $0.values.reduce(0) { $0 + $1.leasedUnits } } }

    /// Calls that wait for units, of all customers.
    var waitingCalls: Int { accounts.withLock { $0.values.reduce(0) { $0 + $1.waitingCalls } } }

    // MARK: Reserving

    /// What a call gets at once.
    /// - Returns: `nil` if it has to wait: see ``reserveWaiting(_:_:upgradeURL:)``.
    /// - Throws: ``Refusal`` with 429 or 503.
    func reserve(
        _ request: Allowance.Request, _ account: Account, upgradeURL: String, time: Timestamp, now: Duration
    ) throws(Refusal) -> Account.Grant? {
        if now - renewedAt.withLock({ $0 }) > Self.validity { throw .storageUnavailable }
        switch account.reserve(request, time: time, now: now) {
        case .granted(let grant, let needsMore):
            if needsMore, let want = account.beginLease(need: request.total, now: now) {
                // Before the next call has to wait for it.
                Task { await lease(account, need: request.total, want: want, least: request.least) }
            }
            return grant
        case .needsMore, .busy: return nil
        case .exhausted(let resets, let remaining, let limit):
            throw .monthIsUsedUp(resets: resets, remaining: remaining, limit: limit, upgradeURL: upgradeURL)
        }
    }

    /// Leases what a call needs, or waits for what others give back.
    /// - Throws: ``Refusal`` with 429 or 503.
    func reserveWaiting(
        _ request: Allowance.Request, _ account: Account, upgradeURL: String
    ) async throws(Refusal) -> Account.Grant {
        let deadline = now + timeout
        var isStorageDown = false
        var asksOnceMore = true
        while true {
            let isLast = now >= deadline || isStorageDown
            switch account.reserve(request, isLast: isLast, time: clock.now, now: now) {
            case .granted(let grant, _): return grant
            case .exhausted(let resets, let remaining, let limit):
                throw .monthIsUsedUp(resets: resets, remaining: remaining, limit: limit, upgradeURL: upgradeURL)
            case .needsMore(let need):
                guard !isLast else { throw isStorageDown ? .storageUnavailable : .allowanceInUse }
                guard let want = account.beginLease(need: need, now: now) else { continue }
                isStorageDown = try await !lease(account, for: request, need: need, want: want)
            case .busy:
                if isStorageDown { throw .storageUnavailable }
                guard isLast else {
                    await account.change(for: request)
                    continue
                }
                guard asksOnceMore, now < deadline + Self.grace else { throw .allowanceInUse }
                // What was given back for others a moment ago may be there still.
                let need = account.missing(for: request, time: clock.now)
                if let want = account.beginLease(need: need, now: now) {
                    asksOnceMore = false
                    isStorageDown = try await !lease(account, for: request, need: need, want: want)
                } else {
                    await account.change(for: request)
                }
            }
        }
    }

    /// - Returns: whether the storage answered.
    /// - Throws: ``Refusal/noPeriod``.
    private func lease(
        _ account: Account, for request: Allowance.Request, need: Int, want: Int
    ) async throws(Refusal) -> Bool {
        // With what is free here already, the least may be enough.
        switch await lease(account, need: need, want: want, least: max(1, request.least - (request.total - need))) {
        case .answered: return true
        case .noPeriod: throw .noPeriod
        case .failed: return false
        }
    }

    private enum LeaseEnd { case answered, noPeriod, failed }

    @discardableResult
    private func lease(_ account: Account, need: Int, want: Int, least: Int) async -> LeaseEnd {
        let mayAsk = asking.withLock { asking in
            if !asking.isClosed { asking.count += 1 }
            return !asking.isClosed
        }
        guard mayAsk else {
            account.endLease()
            return .failed
        }
        defer { asking.withLock { $0.count -= 1 } }
        do {
            let answer = try await storage.lease(
                LeaseRequest(
                    customerID: account.customerID, holder: holder, least: least, need: need, want: max(need, want),
                    at: clock.now))
            account.endLease(answer, need: need, now: now)
            return answer == nil ? .noPeriod : .answered
        } catch {
            logger.error("no units can be leased", metadata: ["error": "\(error)"])
            account.leaseFailed(isAsk: need == 0, now: now)
            return .failed
        }
    }

    // MARK: Keeping

    /// Asks for nothing any more, and returns when nothing is being asked for.
    func close() async {
        asking.withLock { $0.isClosed = true }
        while asking.withLock({ $0.count > 0 }) { try? await Task.sleep(for: .milliseconds(5)) }
    }

    /// Gives back what isn't needed, renews the rest, and wakes those who wait, until the task is cancelled.
    func keep() async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                // Apart from the rest, which may have to wait for the storage.
                while (try? await Task.sleep(for: Allowance.retryInterval)) != nil {
                    for account in self.accounts.withLock({ Array($0.values) }) { account.wakeWaiting() }
                }
            }
            while (try? await Task.sleep(for: Allowance.retryInterval)) != nil {
                await bringInOrder(&group)
                if now - renewedAt.withLock({ $0 }) > Self.renewal { await renew() }
                forgetIdle()
            }
        }
    }

    private func bringInOrder(_ group: inout DiscardingTaskGroup) async {
        let all = accounts.withLock { Array($0.values) }
        let idle = all.filter { $0.isIdle(for: idleTime, time: clock.now, now: now) }
        let unsure = all.filter { $0.shouldAsk(now: now) }
        // Without the storage, what is leased is all that there is.
        guard !(idle.isEmpty && unsure.isEmpty), await isStorageThere else { return }
        for account in unsure where account.beginLease(need: 0, now: now) != nil {
            group.addTask { await self.lease(account, need: 0, want: 0, least: 0) }
        }
        for account in idle {
            // Random, so that of several proxies that give back at the same time one asks first, and gets everything.
            let pause = Allowance.retryInterval * Double.random(in: 1...4)
            let idle = account.takeIdle(after: idleTime, pause: pause, time: clock.now, now: now)
            if !idle.isEmpty { group.addTask { await self.giveBack(idle, account) } }
        }
    }

    private var isStorageThere: Bool {
        get async {
            do {
                try await storage.check()
                return true
            } catch {
                return false
            }
        }
    }

    private func giveBack(_ idle: [(periodStart: Timestamp, units: Int)], _ account: Account) async {
        do {
            for (periodStart, units) in idle {
                try await storage.giveBack(
                    units, holder: holder, customerID: account.customerID, periodStart: periodStart)
            }
            account.endLease()
        } catch {
            logger.error("leased units can't be given back", metadata: ["error": "\(error)"])
            account.leaseFailed(now: now)
        }
    }

    private func renew() async {
        let asked = now
        do {
            try await storage.renewLeases(holder: holder)
            renewedAt.withLock { $0 = asked }
            try await storage.endLostLeases()
        } catch {
            logger.error("the leases can't be renewed", metadata: ["error": "\(error)"])
        }
    }

    private func forgetIdle() {
        let now = now
        accounts.withLock { accounts in
            guard accounts.count > Self.mostIdle else { return }
            for id in accounts.compactMap({ $0.value.isIdle(now: now) ? $0.key : nil }) {
                guard var account = accounts.removeValue(forKey: id) else { continue }
                // A caller that still holds it could go on using it beside a new account of the same customer.
                if !isKnownUniquelyReferenced(&account) { accounts[id] = account }
            }
        }
    }
}
