import Core
import Jobs
import SQL
import Store
import Synchronization
import TestSupport
import Testing

@testable import Account

struct ErasureTests {
    @Test func theSubscriptionEndsThenTheAgentGoesThenTheName() async throws {
        try await TestPlatform.run { platform in
            let deleted = Mutex<[String]>([])
            let account = AccountService(
                queue: platform.queue, plans: .builtIn, vault: testVault,
                objects: BackupObjects(download: { _ in nil }, delete: { key in deleted.withLock { $0.append(key) } }))
            let customer = Customer.sample(email: "ana@example.com")
            let box = Box.sample(of: customer, botID: 1, desired: .running)
            try await platform.database.write { transaction in
                try CustomerStore(transaction).insert(customer)
                try BoxStore(transaction).insert(box)
                try BillingStore(transaction).upsert(.sample(of: box, stripeID: "sub_1"))
                var backup = Backup(id: testIDs.next(), of: box, for: .upgrade, at: testNow)
                backup.state = .done
                try BackupStore(transaction).insert(backup)
            }
            let job = EraseCustomer(customerID: customer.id)
            try await account.erase(job)
            #expect(try await email(customer, platform) == "ana@example.com", "nobody has asked for it")

            _ = try await account.requestErasure(of: customer.id)
            try await account.erase(job)
            #expect(try await email(customer, platform) == "ana@example.com", "it isn't time yet")
            #expect(try await platform.queuedJobs(EndSubscription.kind).isEmpty)

            platform.clock.advance(by: .hours(24))
            await #expect(throws: JobOutcome.snooze(.seconds(30))) { try await account.erase(job) }
            #expect(try await platform.queuedJobs(EndSubscription.kind).count == 1)
            try await platform.database.write {
                try $0.execute("UPDATE subscriptions SET status = 'canceled', ended_at = 1", [])
            }
            await #expect(throws: JobOutcome.snooze(.seconds(30))) { try await account.erase(job) }
            #expect(try await platform.queuedJobs(ReconcileBox.kind).count == 1)
            let found = try await platform.database.read { try BoxStore($0).find(box.id, customerID: customer.id) }
            let gone = try #require(found)
            #expect(gone.desired == .deleted && gone.backupWaivedFor == .deletion)
            await #expect(throws: JobOutcome.snooze(.seconds(30))) { try await account.erase(job) }
            #expect(try await email(customer, platform) == "ana@example.com", "the agent is still there")

            try await platform.database.write {
                try BoxStore($0).observe(
                    gone, generation: gone.generation, status: .deleted, message: nil, readyAt: nil)
            }
            let early = deleted.withLock { $0.count }
            #expect(early == 0)
            try await account.erase(job)
            let late = deleted.withLock { $0.count }
            #expect(late == 1, "what was saved goes with it")
            #expect(try await email(customer, platform) == nil)
            #expect(try await account.erasure(of: customer.id)?.doneAt != nil)
        }
    }

    @Test func whoTakesItBackKeepsEverything() async throws {
        try await TestPlatform.run { platform in
            let account = AccountService(queue: platform.queue, plans: .builtIn, vault: testVault)
            let customer = Customer.sample(email: "ana@example.com")
            try await platform.database.write { try CustomerStore($0).insert(customer) }
            _ = try await account.requestErasure(of: customer.id)
            try await account.cancelErasure(of: customer.id)
            platform.clock.advance(by: .hours(25))
            try await account.erase(EraseCustomer(customerID: customer.id))
            #expect(try await email(customer, platform) == "ana@example.com")
        }
    }

    private func email(_ customer: Customer, _ platform: TestPlatform) async throws -> String? {
        try await platform.database.read { try CustomerStore($0).find(customer.id)?.email }
    }
}
