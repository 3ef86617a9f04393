import Core
import SQL
import Store
import TestSupport

/// One customer with a box and a period of 30 days.
struct UsageStage: Sendable {
    let database: any Database
    let customer: Customer
    let box: Box

    func write<Result: Sendable>(_ body: @escaping @Sendable (UsageStore) throws -> Result) async throws -> Result {
        try await database.write { try body(UsageStore($0)) }
    }

    func read(_ body: @escaping @Sendable (UsageStore) throws -> Void) async throws {
        try await database.read { try body(UsageStore($0)) }
    }

    /// In PostgreSQL: statements that wait for another transaction.
    func waitingStatements() async throws -> Int64? {
        try await database.read { transaction in
            try transaction.first(
                """
                SELECT count(*) AS waiting FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                """, []
            )?.integer("waiting")
        }
    }

    func setLimit(_ limit: Int) async throws {
        try await write { [customer] in
            try $0.setQuota(customerID: customer.id, periodStart: testNow, periodEnd: testNow + .days(30), limit: limit)
        }
    }

    func lease(
        need: Int, least: Int? = nil, holder: String = "h", at time: Timestamp = testNow
    ) async throws -> LeaseAnswer? {
        let request = LeaseRequest(
            customerID: customer.id, holder: holder, least: least ?? need, need: need, want: need, at: time)
        return try await write { try $0.lease(request) }
    }

    func giveBack(_ tokens: Int) async throws {
        try await write { [customer] in
            try $0.giveBack(tokens, holder: "h", customerID: customer.id, periodStart: testNow)
        }
    }

    func event(_ id: String, _ usage: TokenUsage, at time: Timestamp = testNow) -> UsageEvent {
        UsageEvent(
            requestID: id, customerID: customer.id, boxID: box.id, periodStart: testNow, model: "k2p5", usage: usage,
            estimated: false, createdAt: time)
    }

    @discardableResult
    func record(
        _ events: [UsageEvent], holder: String = "h", isRepeated: Bool = false
    ) async throws -> Set<Customer.ID> {
        try await write { try $0.record(events, holder: holder, isRepeated: isRepeated) }
    }

    func quota() async throws -> Quota? {
        try await write { [customer] in try $0.quota(customerID: customer.id, at: testNow) }
    }

    func quota(limit: Int, used: Int = 0, reserved: Int = 0) -> Quota {
        Quota(periodStart: testNow, periodEnd: testNow + .days(30), limit: limit, used: used, reserved: reserved)
    }

    func events(before event: UsageEvent? = nil, limit: Int = 10) async throws -> [UsageEvent] {
        try await write { [customer] in
            try $0.recentEvents(
                customerID: customer.id, before: event.map { ($0.createdAt, $0.requestID) }, limit: limit)
        }
    }
}

func withUsage(
    _ engine: Engine, limit: Int, _ body: (UsageStage) async throws -> Void
) async throws {
    try await engine.withDatabase { database in
        let customer = Customer.sample()
        let box = Box.sample(of: customer, desired: .running)
        try await database.write { transaction in
            try CustomerStore(transaction).insert(customer)
            try BoxStore(transaction).insert(box)
        }
        let stage = UsageStage(database: database, customer: customer, box: box)
        try await stage.setLimit(limit)
        try await body(stage)
    }
}
