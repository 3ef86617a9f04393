import Core
import SQL
import Store
import TestSupport

/// A platform with a few customers, as the host would find it.
struct HostStage: Sendable {
    let database: any Database
    /// Pays for Pro, and her agent runs.
    let ada: Customer
    let adasBox: Box
    /// Pays for Starter, a payment is missing, and the agent has failed.
    let bob: Customer
    let bobsBox: Box
    /// Has only chatted.
    let eve: Customer

    static func run(_ engine: Engine, _ body: (HostStage) async throws -> Void) async throws {
        try await engine.withDatabase { database in
            let ada = Customer(
                id: testIDs.next(), email: "ada@claw.example", language: .english, stripeCustomerID: "cus_ada",
                createdAt: testNow)
            let bob = Customer(
                id: testIDs.next(), email: "bob_1%@claw.example", language: .portuguese, stripeCustomerID: "cus_bob",
                createdAt: testNow)
            let eve = Customer.sample()
            let adasBox = Box.sample(of: ada, botID: 1, desired: .running)
            var bobsBox = Box.sample(of: bob, botID: 2, desired: .running)
            bobsBox.agentName = "Luna"
            bobsBox.tier = .starter
            try await database.write { [bobsBox] transaction in
                for customer in [ada, bob, eve] { try CustomerStore(transaction).insert(customer) }
                for box in [adasBox, bobsBox] { try BoxStore(transaction).insert(box) }
                try BoxStore(transaction).observe(
                    adasBox, generation: 1, status: .running, message: nil, readyAt: testNow, seenAt: testNow)
                try BoxStore(transaction).observe(
                    bobsBox, generation: 1, status: .failed, message: .failed(.exited(code: 3)), readyAt: nil,
                    failures: 3)
                try BillingStore(transaction).upsert(.sample(of: adasBox, stripeID: "sub_ada"))
                try BillingStore(transaction).upsert(.sample(of: bobsBox, stripeID: "sub_bob", status: .pastDue))
                for box in [adasBox, bobsBox] {
                    try UsageStore(transaction).setQuota(
                        customerID: box.customerID, periodStart: testNow, periodEnd: testNow + .days(30), limit: 1000)
                }
            }
            try await body(
                HostStage(database: database, ada: ada, adasBox: adasBox, bob: bob, bobsBox: bobsBox, eve: eve))
        }
    }

    /// Metered calls of a customer.
    func use(_ usage: [TokenUsage], by box: Box, at time: Timestamp = testNow) async throws {
        let events = usage.map { usage in
            UsageEvent(
                requestID: testIDs.next(Box.self).body, customerID: box.customerID, boxID: box.id, periodStart: testNow,
                model: "k2p5", usage: usage, estimated: false, createdAt: time)
        }
        _ = try await database.write { try UsageStore($0).record(events, holder: "h", isRepeated: false) }
    }
}
