import Core
import SQL
import Store
import TestSupport
import Testing

struct BoxStoreTests {
    @Test(arguments: Engine.allCases)
    func aBoxComesBackAsItWas(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ada, eve) = try await Self.customers(in: database)
            let plain = Box.sample(of: ada)
            var full = Box.sample(of: eve, botID: 8_000_000_123, desired: .running)
            full.message = .failed(.exited(code: -7))
            full.readyAt = testNow
            full.image = "ghcr.io/openclaw/openclaw:2026.9.4"
            full.imageBefore = "ghcr.io/openclaw/openclaw:2026.9.1"
            full.restarts = 3
            full.seenAt = testNow + .seconds(1)
            full.failures = 2
            try await database.write { [full] transaction in
                try BoxStore(transaction).insert(plain)
                try BoxStore(transaction).insert(full)
            }
            #expect(try await database.read { try BoxStore($0).find(plain.id, customerID: ada.id) } == plain)
            let stored = try await database.read { [full] in try BoxStore($0).find(full.id, customerID: eve.id) }
            #expect(stored == full)
        }
    }

    @Test(arguments: Engine.allCases)
    func anotherCustomerNeitherSeesNorChangesIt(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ada, eve) = try await Self.customers(in: database)
            let box = Box.sample(of: ada, desired: .running)
            let forged = Box(
                id: box.id, customerID: eve.id, tier: .team, agentName: "Eve", purpose: "", language: .english,
                desired: .deleted, createdAt: testNow)
            try await database.write { transaction in
                let store = BoxStore(transaction)
                try store.insert(box)
                _ = try store.want(forged)
                try store.observe(forged, generation: 9, status: .failed, message: .failed(.vanished), readyAt: testNow)
                #expect(try store.find(box.id, customerID: ada.id) == box)
                #expect(try store.find(box.id, customerID: eve.id) == nil)
                #expect(try store.current(customerID: eve.id) == nil)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func wantingStartsANewGeneration(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ada, _) = try await Self.customers(in: database)
            var box = Box.sample(of: ada)
            try await database.write { [box] in try BoxStore($0).insert(box) }
            box.desired = .running
            box.agentName = "Grace"
            let wanted = try await database.write { [box] in try BoxStore($0).want(box) }
            #expect(wanted.generation == 2)
            #expect(wanted.agentName == "Grace")
            #expect(try await database.read { try BoxStore($0).current(customerID: ada.id) } == wanted)
        }
    }

    @Test(arguments: Engine.allCases)
    func twoChangesFromTheSameCopyAreTwoGenerations(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ada, _) = try await Self.customers(in: database)
            let box = Box.sample(of: ada)
            let generations = try await database.write { transaction in
                try BoxStore(transaction).insert(box)
                return [try BoxStore(transaction).want(box).generation, try BoxStore(transaction).want(box).generation]
            }
            #expect(generations == [2, 3])
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsObservedDoesNotTouchWhatIsWanted(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ada, _) = try await Self.customers(in: database)
            let box = Box.sample(of: ada, botID: 5, desired: .running)
            try await database.write { transaction in
                let store = BoxStore(transaction)
                try store.insert(box)
                try store.observe(box, generation: 1, status: .running, message: nil, readyAt: testNow)
                try store.observe(
                    box, generation: 2, status: .failed, message: .failed(.vanished), readyAt: testNow + .hours(1))
                let seen = try store.find(box.id, customerID: ada.id)
                #expect(seen?.observedGeneration == 2)
                #expect(seen?.status == .failed)
                #expect(seen?.message == .failed(.vanished))
                #expect(seen?.readyAt == testNow, "the first time it was ready")
                #expect(seen?.generation == box.generation)
                #expect(seen?.bot == box.bot)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func howAnAgentFaresIsWrittenWhenItIsKnownAndKeptWhenItIsNot(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ada, _) = try await Self.customers(in: database)
            let box = Box.sample(of: ada, desired: .running)
            try await database.write { transaction in
                let store = BoxStore(transaction)
                try store.insert(box)
                try store.observe(
                    box, generation: 1, status: .failed, message: .failed(.vanished), readyAt: nil, restarts: 4,
                    seenAt: testNow,
                    failures: 2)
                try store.observe(box, generation: 1, status: .provisioning, message: nil, readyAt: nil)
                let kept = try store.find(box.id, customerID: ada.id)
                #expect(kept?.restarts == 4 && kept?.seenAt == testNow && kept?.failures == 2)
                try store.observe(box, generation: 1, status: .running, message: nil, readyAt: nil, failures: 0)
                #expect(try store.find(box.id, customerID: ada.id)?.failures == 0)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aCustomerHasOneBoxThatIsNotDeleted(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ada, _) = try await Self.customers(in: database)
            var old = Box.sample(of: ada)
            try await database.write { [old] in try BoxStore($0).insert(old) }
            await expectUniqueViolation { try await database.write { try BoxStore($0).insert(.sample(of: ada)) } }
            old.desired = .deleted
            let new = Box.sample(of: ada)
            try await database.write { [old] transaction in
                _ = try BoxStore(transaction).want(old)
                try BoxStore(transaction).insert(new)
                #expect(try BoxStore(transaction).current(customerID: ada.id) == new)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aDeletedBoxStaysDeleted(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ada, _) = try await Self.customers(in: database)
            var box = Box.sample(of: ada, desired: .deleted)
            try await database.write { [box] in try BoxStore($0).insert(box) }
            box.desired = .running
            _ = try await database.write { [box] in try BoxStore($0).want(box) }
            let stored = try await database.read { [box] in try BoxStore($0).find(box.id, customerID: ada.id) }
            #expect(stored?.desired == .deleted)
            #expect(stored?.generation == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func aBotServesOneBox(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (ada, eve) = try await Self.customers(in: database)
            let first = Box.sample(of: ada, botID: 42)
            let second = Box.sample(of: eve, botID: 42)
            try await database.write { try BoxStore($0).insert(first) }
            #expect(try await database.read { try BoxStore($0).isTaken(botID: 42, except: second.id) })
            #expect(try await database.read { try !BoxStore($0).isTaken(botID: 42, except: first.id) })
            #expect(try await database.read { try !BoxStore($0).isTaken(botID: 43, except: second.id) })
            await expectUniqueViolation { try await database.write { try BoxStore($0).insert(second) } }
        }
    }

    @Test(arguments: Engine.allCases)
    func aResyncGoesThroughEveryBoxThatWasEverWantedAndIsNotGone(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            var expected: [Box.ID] = []
            for (desired, status, isIncluded) in [
                (DesiredState.draft, BoxStatus.draft, false), (.running, .running, true), (.suspended, .suspended, true),
                (.deleted, .running, true), (.deleted, .deleted, false),
            ] {
                let (customer, _) = try await Self.customers(in: database)
                var box = Box.sample(of: customer, desired: desired)
                box.status = status
                try await database.write { [box] in try BoxStore($0).insert(box) }
                if isIncluded { expected.append(box.id) }
            }
            let found = try await database.read { try BoxStore($0).allToReconcile().map(\.id) }
            #expect(found == expected.sorted())
        }
    }

    private static func customers(in database: any Database) async throws -> (Customer, Customer) {
        let (ada, eve) = (Customer.sample(), Customer.sample())
        try await database.write { transaction in
            try CustomerStore(transaction).insert(ada)
            try CustomerStore(transaction).insert(eve)
        }
        return (ada, eve)
    }
}
