import Core
import Jobs
import SQL
import Store
import TokenProxy

/// The token proxy's storage in the product's database.
struct TokenProxyStorage: ProxyStorage {
    private let database: any Database
    private let clock: WallClock
    private let usageChanged: @Sendable (Customer.ID) async -> Void

    /// - Parameter usageChanged: told after a customer's usage has changed, such as to bring the dashboard up to date.
    init(database: any Database, clock: WallClock, usageChanged: @escaping @Sendable (Customer.ID) async -> Void) {
        self.database = database
        self.clock = clock
        self.usageChanged = usageChanged
    }

    func authenticate(tokenHash: String) async throws -> ProxyCredential? {
        try await database.read { try UsageStore($0).credential(proxyTokenHash: tokenHash) }
    }

    func reserve(_ wish: Reservation, minimumOutput: Int) async throws -> ReservationOutcome {
        try await database.write { try UsageStore($0).reserve(wish, minimumOutput: minimumOutput) }
    }

    func settle(_ settlement: Settlement) async throws {
        let now = clock.now
        let isNew = try await database.write {
            try UsageStore($0).settle(
                requestID: settlement.requestID, customerID: settlement.customerID, usage: settlement.usage,
                estimated: settlement.isEstimated, now: now)
        }
        if isNew { await usageChanged(settlement.customerID) }
    }

    func check() async throws {
        _ = try await database.read { try $0.first("SELECT 1 AS one", []) }
    }

    /// Charges reservations in full that nobody will settle any more.
    /// - Throws: `SQLError`.
    func recover(_ orphans: UsageStore.Orphans) async throws {
        let now = clock.now
        let customers = try await database.write { try UsageStore($0).settleOpenReservations(orphans, now: now) }
        for customer in customers { await usageChanged(customer) }
    }
}
