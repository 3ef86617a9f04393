import Core
import SQL
import Store
import TestSupport
import Testing

struct BackupStoreTests {
    @Test(arguments: Engine.allCases)
    func aBackupComesBackAsItWasAndEndsOnce(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = BackupStore(transaction)
            let backup = Backup(id: testIDs.next(), of: box, for: .upgrade, at: testNow)
            #expect(backup.objectKey == "\(box.customerID)/\(box.id)/\(backup.id).tar.gz")
            try store.insert(backup)
            #expect(try store.find(backup.id, customerID: box.customerID) == backup)
            try store.begin(backup, image: "agent:1")
            let running = try #require(try store.running(boxID: box.id, customerID: box.customerID))
            #expect(running.image == "agent:1" && running.state == .running)

            let done = try #require(try store.end(backup, failure: nil, size: 5_000_000_000, at: testNow + .seconds(9)))
            #expect(done.state == .done && done.size == 5_000_000_000 && done.endedAt == testNow + .seconds(9))
            #expect(done.image == "agent:1" && done.detail == nil)
            #expect(try store.end(backup, failure: "late", at: testNow) == nil, "it has ended")
            #expect(try store.find(backup.id, customerID: box.customerID) == done)
            #expect(try store.running(boxID: box.id, customerID: box.customerID) == nil)
        }
    }

    @Test(arguments: Engine.allCases)
    func oneBackupOfABoxIsMadeAtATime(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let box = try await Self.box(in: database)
            let first = Backup(id: testIDs.next(), of: box, for: .manual, at: testNow)
            let second = Backup(id: testIDs.next(), of: box, for: .upgrade, at: testNow)
            try await database.write { try BackupStore($0).insert(first) }
            await expectUniqueViolation { try await database.write { try BackupStore($0).insert(second) } }
            try await database.write { transaction in
                _ = try BackupStore(transaction).end(first, failure: "x", at: testNow)
                try BackupStore(transaction).insert(second)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func attemptsAreThoseForOneChange(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = BackupStore(transaction)
            var later = box
            later.generation += 1
            var all: [Backup] = []
            for (box, reason) in [
                (box, Backup.Reason.upgrade), (box, .deletion), (later, .upgrade), (box, .upgrade),
            ] {
                let backup = Backup(id: testIDs.next(), of: box, for: reason, at: testNow + .seconds(all.count))
                try store.insert(backup)
                all.append(try #require(try store.end(backup, failure: "no room", at: testNow)))
            }
            func attempts(_ generation: Int64, _ customerID: Customer.ID) throws -> [Backup] {
                try store.attempts(for: .upgrade, generation: generation, boxID: box.id, customerID: customerID)
            }
            #expect(try attempts(box.generation, box.customerID) == [all[0], all[3]])
            #expect(try attempts(later.generation, box.customerID) == [all[2]])
            #expect(try attempts(box.generation, Customer.sample().id).isEmpty)
            #expect(try store.all(customerID: box.customerID) == all.reversed())
        }
    }

    @Test(arguments: Engine.allCases)
    func anotherCustomersBackupIsNotThere(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = BackupStore(transaction)
            let backup = Backup(id: testIDs.next(), of: box, for: .manual, at: testNow)
            try store.insert(backup)
            let stranger = Customer.sample().id
            #expect(try store.find(backup.id, customerID: stranger) == nil)
            #expect(try store.running(boxID: box.id, customerID: stranger) == nil)
            #expect(try store.all(customerID: stranger).isEmpty)
            let forged = Backup(
                id: backup.id, customerID: stranger, boxID: box.id, reason: .manual, generation: 1, objectKey: "",
                createdAt: testNow)
            try store.begin(forged, image: "evil")
            #expect(try store.end(forged, failure: "evil", at: testNow) == nil)
            #expect(try store.find(backup.id, customerID: box.customerID) == backup)
        }
    }

    @Test(arguments: Engine.allCases)
    func theLastRestoreOfABoxCounts(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = RestoreStore(transaction)
            let backup = Backup(id: testIDs.next(), of: box, for: .manual, at: testNow)
            try BackupStore(transaction).insert(backup)
            #expect(try store.last(boxID: box.id, customerID: box.customerID) == nil)
            let first = Self.restore(backup, at: testNow)
            try store.insert(first)
            #expect(try store.last(boxID: box.id, customerID: box.customerID) == first)
            #expect(try store.last(boxID: box.id, customerID: Customer.sample().id) == nil)
            #expect(try store.abandon(first) == false, "it may work out yet")
            let failed = try #require(try store.end(first, failure: "no room", at: testNow + .seconds(1)))
            #expect(failed.state == .failed && failed.detail == "no room" && failed.endedAt == testNow + .seconds(1))
            #expect(try store.abandon(first))
            #expect(try store.last(boxID: box.id, customerID: box.customerID)?.state == .abandoned)

            let second = Self.restore(backup, at: testNow + .seconds(2))
            try store.insert(second)
            #expect(try store.end(second, failure: nil, at: testNow)?.state == .done)
            #expect(try store.end(second, failure: "late", at: testNow) == nil)
            #expect(try store.last(boxID: box.id, customerID: box.customerID)?.id == second.id)
        }
    }

    @Test(arguments: Engine.allCases)
    func oneStateIsRestoredIntoABoxAtATime(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let box = try await Self.box(in: database)
            let backup = Backup(id: testIDs.next(), of: box, for: .manual, at: testNow)
            try await database.write { transaction in
                try BackupStore(transaction).insert(backup)
                try RestoreStore(transaction).insert(Self.restore(backup, at: testNow))
            }
            await expectUniqueViolation {
                try await database.write { try RestoreStore($0).insert(Self.restore(backup, at: testNow)) }
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aBackupIsWaivedForOneThingAndUntilTheNextUpgrade(_ engine: Engine) async throws {
        try await Self.with(engine) { transaction, box in
            let store = BoxStore(transaction)
            func waived() throws -> Backup.Reason? { try store.find(box.id, customerID: box.customerID)?.backupWaivedFor }
            #expect(try waived() == nil)
            try store.waiveBackup(for: .deletion, of: box)
            #expect(try waived() == .deletion)
            _ = try store.setImage("new", before: "old", of: box)
            #expect(try waived() == nil, "another image has to be earned anew")
            _ = try store.setImage("old", before: nil, isWayBack: true, of: box)
            #expect(try waived() == .upgrade)
            try store.returnImage(of: try store.setImage("new", before: "old", of: box))
            #expect(try waived() == .upgrade)
            var stale = box
            stale.agentName = "Grace"
            #expect(try store.want(stale).backupWaivedFor == .upgrade)
        }
    }

    private static func restore(_ backup: Backup, at time: Timestamp) -> Restore {
        Restore(
            id: testIDs.next(), customerID: backup.customerID, boxID: backup.boxID, backupID: backup.id, createdAt: time)
    }

    private static func box(in database: any Database) async throws -> Box {
        let customer = Customer.sample()
        let box = Box.sample(of: customer, desired: .running)
        try await database.write { transaction in
            try CustomerStore(transaction).insert(customer)
            try BoxStore(transaction).insert(box)
        }
        return box
    }

    private static func with(
        _ engine: Engine, _ body: @escaping @Sendable (any Transaction, Box) throws -> Void
    ) async throws {
        try await engine.withDatabase { database in
            let box = try await box(in: database)
            try await database.write { try body($0, box) }
        }
    }
}
