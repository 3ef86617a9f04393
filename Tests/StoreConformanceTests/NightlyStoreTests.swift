import Core
import SQL
import Store
import TestSupport
import Testing

struct NightlyStoreTests {
    @Test(arguments: Engine.allCases)
    func onlyAgentsThatAreMeantToRunAndHaveRunAreSaved(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (running, stopped, new) = (
                try await Self.box(.running, isReady: true, database),
                try await Self.box(.suspended, isReady: true, database),
                try await Self.box(.running, isReady: false, database)
            )
            try await database.write { transaction in
                let nights = NightlyStore(transaction)
                #expect(try nights.unplanned(limit: 10).map(\.id) == [running.id])
                for box in [running, stopped, new] { try nights.plan(box, at: testNow) }
                #expect(try nights.unplanned(limit: 10).isEmpty)
                #expect(try nights.due(now: testNow - .seconds(1), limit: 10).isEmpty)
                #expect(try nights.due(now: testNow, limit: 10).map(\.id) == [running.id])
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func whoeverWaitsForLongestComesFirstAndBackupsAreTheirOwnersAlone(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (late, early) = (
                try await Self.box(.running, isReady: true, database), try await Self.box(.running, isReady: true, database)
            )
            try await database.write { transaction in
                let nights = NightlyStore(transaction)
                try nights.plan(late, at: testNow)
                try nights.plan(early, at: testNow - .hours(1))
                #expect(try nights.due(now: testNow, limit: 1).map(\.id) == [early.id])
                for (reason, box) in [(Backup.Reason.nightly, late), (.manual, early)] {
                    try BackupStore(transaction).insert(Backup(id: testIDs.next(), of: box, for: reason, at: testNow))
                }
                #expect(try nights.running() == 2)
                #expect(try nights.backups(boxID: late.id, customerID: late.customerID).count == 1)
                #expect(try nights.backups(boxID: late.id, customerID: early.customerID).isEmpty)
                #expect(try nights.backups(boxID: early.id, customerID: early.customerID).isEmpty)
            }
        }
    }

    private static func box(_ desired: DesiredState, isReady: Bool, _ database: any Database) async throws -> Box {
        let customer = Customer.sample()
        let box = Box.sample(of: customer, botID: Int64.random(in: 1...Int64.max), desired: desired)
        try await database.write { transaction in
            try CustomerStore(transaction).insert(customer)
            try BoxStore(transaction).insert(box)
            guard isReady else { return }
            try BoxStore(transaction).observe(
                box, generation: box.generation, status: .running, message: nil, readyAt: testNow)
        }
        return box
    }
}
