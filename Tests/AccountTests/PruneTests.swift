import Core
import Jobs
import SQL
import Store
import Synchronization
import TestSupport
import Testing

@testable import Account

struct PruneTests {
    @Test(arguments: Engine.allCases)
    func oldNightsGoWithTheirObjectsAndOtherBackupsStay(_ engine: Engine) async throws {
        try await Self.run(engine, desired: .running) { account, box, deleted in
            try await account.prune(PruneBackups(box))
            let left = try await account.backups(of: box.customerID).backups
            #expect(left.map(\.reason) == [.nightly, .deletion, .upgrade])
            #expect(deleted().count == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func theNightsOfADeletedAgentGoAtOnceAndItsOtherBackupsAfterThirtyDays(_ engine: Engine) async throws {
        try await Self.run(engine, desired: .deleted) { account, box, deleted in
            try await account.prune(PruneBackups(box))
            #expect(try await account.backups(of: box.customerID).backups.map(\.reason) == [.deletion])
            #expect(deleted().count == 3)
        }
    }

    @Test(arguments: Engine.allCases)
    func theDailyDeletionAsksForItWhereSomethingIsTooOld(_ engine: Engine) async throws {
        for desired in [DesiredState.running, .deleted] {
            try await Self.run(engine, desired: desired) { account, box, _ in
                let old = try await account.queue.database.read { try BackupStore($0).old(now: testNow) }
                #expect(old.map(\.reason) == (desired == .deleted ? [.upgrade] : []))
                #expect(
                    try await account.queue.database.read { try BackupStore($0).old(now: testNow + .days(1)) }.count
                        == (desired == .deleted ? 2 : 0))
            }
        }
    }

    private static func run(
        _ engine: Engine, desired: DesiredState,
        _ body: (AccountService, Box, () -> [String]) async throws -> Void
    ) async throws {
        try await TestPlatform.run(on: engine) { platform in
            let deleted = Mutex<[String]>([])
            let account = AccountService(
                queue: platform.queue, plans: .builtIn, vault: testVault,
                objects: BackupObjects(download: { _ in nil }, delete: { key in deleted.withLock { $0.append(key) } }))
            let customer = Customer.sample()
            let box = Box.sample(of: customer, botID: 1, desired: desired)
            try await platform.database.write { transaction in
                try CustomerStore(transaction).insert(customer)
                try BoxStore(transaction).insert(box)
                if desired == .deleted {
                    try BoxStore(transaction).observe(
                        box, generation: box.generation, status: .deleted, message: nil, readyAt: testNow)
                }
                let made: [(Backup.Reason, Int64)] = [(.upgrade, 60), (.nightly, 60), (.nightly, 1), (.deletion, 30)]
                for (reason, days) in made {
                    var backup = Backup(id: testIDs.next(), of: box, for: reason, at: testNow - .days(days))
                    backup.state = .done
                    try BackupStore(transaction).insert(backup)
                }
            }
            try await body(account, box) { deleted.withLock(\.self) }
        }
    }
}
