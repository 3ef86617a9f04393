import Core
import Logging
import Synchronization

/// Who calls.
final class Caller: Sendable {
    let account: Account
    let boxBits: UInt128
    let credential: ProxyCredential
    let plan: Plan

    init(_ credential: ProxyCredential, account: Account, plan: Plan) {
        self.credential = credential
        self.account = account
        self.plan = plan
        boxBits = credential.boxID.bits
    }
}

/// Finds out who calls. Callers that are known are verified again in the background, often enough that a revocation counts
/// within a second, so that no call waits for it.
final class CallerDirectory: Sendable {
    private final class Entry: Sendable {
        let caller: Caller
        let usedAt: Atomic<Int64>

        init(_ caller: Caller, usedAt: Int64) {
            self.caller = caller
            self.usedAt = Atomic(usedAt)
        }
    }

    private let storage: any ProxyStorage
    private let accounts: Accounts
    private let plans: PlanTable
    private let refreshInterval: Duration
    private let logger: Logger
    private let known = Mutex<[TokenHash: Entry]>([:])
    private let limiter = AddressRateLimiter()
    private let lookUps: TokenLookUps

    /// A token that wasn't used for so long is looked up anew.
    private static let memory = Duration.seconds(60)

    init(
        storage: any ProxyStorage, accounts: Accounts, plans: PlanTable, refreshInterval: Duration, logger: Logger
    ) {
        self.storage = storage
        self.accounts = accounts
        self.plans = plans
        self.refreshInterval = refreshInterval
        self.logger = logger
        lookUps = TokenLookUps(storage: storage, logger: logger)
    }

    /// - Returns: `nil` if the token isn't known here: ``lookUp(_:from:)`` asks the storage.
    func caller(_ hash: TokenHash) -> Caller? {
        guard let entry = known.withLock({ $0[hash] }) else { return nil }
        entry.usedAt.store(accounts.now.milliseconds, ordering: .relaxed)
        return entry.caller
    }

    /// - Parameter address: after too many wrong tokens, callers there have to wait. A right one is never held up by
    ///   them, nor by others that are looked up at the same time.
    /// - Throws: ``Refusal`` with 401 or 429, or with 503 if that can't be found out.
    func lookUp(_ hash: TokenHash, from address: String) async throws(Refusal) -> Caller {
        guard let found = try await lookUps.find(hash) else {
            throw limiter.wait(address, now: accounts.now).map { .tooManyWrongTokens(retryAfter: $0) } ?? .unauthenticated
        }
        // Asked about each time: once a box has claimed the spare, its token stands for that box.
        if found.isSpare { return caller(for: found) }
        let now = accounts.now.milliseconds
        return known.withLock { known in
            // Others may have shown the same token at the same time.
            if let entry = known[hash], entry.caller.credential == found { return entry.caller }
            let caller = caller(for: found)
            known[hash] = Entry(caller, usedAt: now)
            return caller
        }
    }

    private func caller(for credential: ProxyCredential) -> Caller {
        Caller(credential, account: accounts.account(credential.customerID), plan: plans[credential.tier])
    }

    /// Verifies the tokens that are in use, until the task is cancelled.
    func keepVerifying() async {
        while (try? await Task.sleep(for: refreshInterval)) != nil {
            await verify()
        }
    }

    func verify() async {
        let since = (accounts.now - Self.memory).milliseconds
        let hashes = known.withLock { known in
            known = known.filter { $0.value.usedAt.load(ordering: .relaxed) >= since }
            return Array(known.keys)
        }
        guard !hashes.isEmpty else { return }
        do {
            let found = try await storage.credentials(tokenHashes: hashes.map(\.hexadecimal))
            known.withLock { known in
                for hash in hashes {
                    let credential = found[hash.hexadecimal]
                    guard let entry = known[hash], entry.caller.credential != credential else { continue }
                    known[hash] = credential.map {
                        Entry(caller(for: $0), usedAt: entry.usedAt.load(ordering: .relaxed))
                    }
                }
            }
        } catch {
            if Task.isCancelled { return }
            // Nobody can have revoked a token in a database that nobody reaches; the leases end this anyway.
            logger.error("tokens can't be verified", metadata: ["error": "\(error)"])
        }
    }
}
