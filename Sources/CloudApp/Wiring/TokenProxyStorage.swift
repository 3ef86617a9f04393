import Core
import Jobs
import SQL
import Store
import TokenProxy

/// The token proxy's storage in the product's database.
struct TokenProxyStorage: ProxyStorage {
    private let queue: WorkQueue

    private var database: any Database { queue.database }
    private var clock: WallClock { queue.clock }

    /// After so long without a sign of life a proxy is taken for dead. It stops using its leases before.
    private static let patience = Duration.seconds(15 * 60)

    /// - Parameter queue: tells the dashboards of the customers whose usage has changed.
    init(queue: WorkQueue) {
        self.queue = queue
    }

    func credentials(tokenHashes: [String]) async throws -> [String: ProxyCredential] {
        try await database.read { try UsageStore($0).credentials(proxyTokenHashes: tokenHashes, withSuspended: true) }
    }

    func lease(_ request: LeaseRequest) async throws -> LeaseAnswer? {
        try await database.write { try UsageStore($0).lease(request) }
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
        try await queue.write { work in
            let customers = try UsageStore(work.transaction).record(events, holder: holder, isRepeated: isRepeated)
            // What is told again may have been counted before.
            if !isRepeated {
                let guards = AgentGuardStore(work.transaction)
                for boxID in try guards.count(events, now: work.now) {
                    guard let owner = events.first(where: { $0.boxID == boxID })?.customerID,
                        let hold = try guards.hold(of: boxID, customerID: owner)
                    else { continue }
                    try Self.tell(hold.reason, boxID: boxID, customerID: owner, work)
                }
            }
            KillPoint.duringBatch.pass()
            for customer in customers { work.changed(customer) }
        }
    }

    func endLeases(holder: String, isAllKnown: Bool) async throws {
        try await queue.write { work in
            let usage = UsageStore(work.transaction)
            let customers =
                isAllKnown
                ? try usage.releaseLeases(holder: holder) : try usage.writeOffLeases(holder: holder, now: work.now)
            for customer in customers { work.changed(customer) }
        }
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
            try Self.tell(reason, boxID: boxID, customerID: customerID, work)
            work.changed(customerID)
        }
    }

    /// Tells the owner of an agent, and their programs, that it was stopped.
    private static func tell(
        _ reason: AgentHold.Reason, boxID: Box.ID, customerID: Customer.ID, _ work: UnitOfWork
    ) throws {
        try work.enqueue(TellOfHold(boxID: boxID, customerID: customerID))
        let event = WebhookEvent(reason, of: boxID)
        for job in try WebhookStore(work.transaction).record(event, of: customerID, ids: work.ids, now: work.now) {
            try work.enqueue(job)
        }
    }

    func proxiesAtWork(with holder: String) async throws -> Int {
        let now = clock.now
        try await database.write { try UsageStore($0).proxyIsAtWork(holder, now: now) }
        return try await database.read { try UsageStore($0).proxiesAtWork(now: now) }
    }

    func check() async throws {
        _ = try await database.read { try $0.first("SELECT 1 AS one", []) }
    }
}
