import Core
import Jobs
import SQL
import Store
import TokenProxy

/// The token proxy's storage in the product's database.
struct TokenProxyStorage: ProxyStorage {
    private let queue: WorkQueue
    private let usageChanged: @Sendable (Customer.ID) async -> Void

    private var database: any Database { queue.database }
    private var clock: WallClock { queue.clock }

    /// After so long without a sign of life a proxy is taken for dead. It stops using its leases before.
    private static let patience = Duration.seconds(15 * 60)

    /// - Parameter usageChanged: told after a customer's usage has changed, such as to bring the dashboard up to date.
    init(queue: WorkQueue, usageChanged: @escaping @Sendable (Customer.ID) async -> Void) {
        self.queue = queue
        self.usageChanged = usageChanged
    }

    func credentials(tokenHashes: [String]) async throws -> [String: ProxyCredential] {
        try await database.read { try UsageStore($0).credentials(proxyTokenHashes: tokenHashes, withSuspended: true) }
    }

    func lease(_ wish: LeaseWish) async throws -> LeaseAnswer? {
        try await database.write { try UsageStore($0).lease(wish) }
    }

    func giveBack(_ tokens: Int, holder: String, customerID: Customer.ID, periodStart: Timestamp) async throws {
        try await database.write {
            try UsageStore($0).giveBack(tokens, holder: holder, customerID: customerID, periodStart: periodStart)
        }
    }

    func renewLeases(holder: String) async throws {
        let now = clock.now
        try await database.write { try UsageStore($0).renewLeases(holder: holder, now: now) }
    }

    func record(_ events: [UsageEvent], holder: String, isRepeated: Bool) async throws {
        let customers = try await queue.write { work in
            let customers = try UsageStore(work.transaction).record(events, holder: holder, isRepeated: isRepeated)
            // What is told again may have been counted before.
            if !isRepeated {
                for boxID in try AgentGuardStore(work.transaction).count(events, now: work.now) {
                    guard let event = events.first(where: { $0.boxID == boxID }) else { continue }
                    try work.enqueue(TellOfHold(boxID: boxID, customerID: event.customerID))
                }
            }
            KillPoint.duringBatch.pass()
            return customers
        }
        for customer in customers { await usageChanged(customer) }
    }

    func endLeases(holder: String, isAllKnown: Bool) async throws {
        let now = clock.now
        let customers = try await database.write {
            isAllKnown
                ? try UsageStore($0).releaseLeases(holder: holder)
                : try UsageStore($0).writeOffLeases(holder: holder, now: now)
        }
        for customer in customers { await usageChanged(customer) }
    }

    func endLostLeases() async throws {
        let before = clock.now - Self.patience
        var failure: (any Error)?
        for holder in try await database.read({ try UsageStore($0).lostHolders(before: before) }) {
            // One that can't be ended doesn't keep the others.
            do { try await endLeases(holder: holder, isAllKnown: false) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    func hold(boxID: Box.ID, customerID: Customer.ID, _ reason: AgentHold.Reason) async throws {
        try await queue.write { work in
            guard
                try AgentGuardStore(work.transaction).hold(boxID, customerID: customerID, reason, now: work.now)
            else { return }
            try work.enqueue(TellOfHold(boxID: boxID, customerID: customerID))
            work.changed(customerID)
        }
    }

    func check() async throws {
        _ = try await database.read { try $0.first("SELECT 1 AS one", []) }
    }
}
