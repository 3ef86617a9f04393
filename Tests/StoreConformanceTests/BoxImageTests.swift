import Core
import SQL
import Store
import TestSupport
import Testing

struct BoxImageTests {
    @Test(arguments: Engine.allCases)
    func anotherImageIsANewGenerationWithAWayBack(_ engine: Engine) async throws {
        try await Self.with(engine, image: "old") { transaction, box in
            let store = BoxStore(transaction)
            let moved = try store.setImage("new", before: "old", of: box)
            #expect(moved.image == "new" && moved.imageBefore == "old" && moved.generation == 2)
            #expect(try store.find(box.id, customerID: box.customerID) == moved)
            let back = try store.setImage("old", before: nil, of: moved)
            #expect(back.image == "old" && back.imageBefore == nil && back.generation == 3)
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsWantedOtherwiseDoesNotTouchTheImage(_ engine: Engine) async throws {
        try await Self.with(engine, image: "old") { transaction, box in
            let store = BoxStore(transaction)
            _ = try store.setImage("new", before: "old", of: box)
            var stale = box
            stale.agentName = "Grace"
            let wanted = try store.want(stale)
            #expect(wanted.image == "new" && wanted.imageBefore == "old" && wanted.agentName == "Grace")
            #expect(wanted.generation == 3)
        }
    }

    @Test(arguments: Engine.allCases)
    func theFirstImageIsChosenOnceAndIsNoNewGeneration(_ engine: Engine) async throws {
        try await Self.with(engine, image: nil) { transaction, box in
            let store = BoxStore(transaction)
            #expect(try store.chooseImage("first", of: box) == "first")
            #expect(try store.chooseImage("second", of: box) == "first")
            let seen = try store.find(box.id, customerID: box.customerID)
            #expect(seen?.image == "first" && seen?.generation == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func aTrialEndsWithTheImageKeptOrGivenBack(_ engine: Engine) async throws {
        try await Self.with(engine, image: "old") { transaction, box in
            let store = BoxStore(transaction)
            let moved = try store.setImage("new", before: "old", of: box)
            try store.returnImage(of: moved)
            let returned = try #require(try store.find(box.id, customerID: box.customerID))
            #expect(returned.image == "old" && returned.imageBefore == nil && returned.generation == 2)
            try store.returnImage(of: returned)
            #expect(try store.find(box.id, customerID: box.customerID) == returned, "there is nothing to give back")
            try store.keepImage(of: try store.setImage("new", before: "old", of: returned))
            let kept = try store.find(box.id, customerID: box.customerID)
            #expect(kept?.image == "new" && kept?.imageBefore == nil && kept?.generation == 3)
        }
    }

    @Test(arguments: Engine.allCases)
    func anotherCustomersOrADeletedBoxKeepsItsImage(_ engine: Engine) async throws {
        try await Self.with(engine, image: "old") { transaction, box in
            let store = BoxStore(transaction)
            let forged = Box(
                id: box.id, customerID: Customer.sample().id, tier: .team, agentName: "", purpose: "", language: .english,
                createdAt: testNow)
            #expect(try store.setImage("evil", before: nil, of: forged) == forged)
            #expect(try store.chooseImage("evil", of: forged) == nil)
            try store.keepImage(of: forged)
            try store.returnImage(of: forged)
            #expect(try store.find(box.id, customerID: box.customerID) == box)
            var deleted = box
            deleted.desired = .deleted
            deleted = try store.want(deleted)
            #expect(try store.setImage("new", before: "old", of: deleted) == deleted)
            #expect(try store.find(box.id, customerID: box.customerID) == deleted)
        }
    }

    private static func with(
        _ engine: Engine, image: String?, _ body: @escaping @Sendable (any Transaction, Box) throws -> Void
    ) async throws {
        try await engine.withDatabase { database in
            let customer = Customer.sample()
            var box = Box.sample(of: customer, desired: .running)
            box.image = image
            try await database.write { [box] transaction in
                try CustomerStore(transaction).insert(customer)
                try BoxStore(transaction).insert(box)
                try body(transaction, box)
            }
        }
    }
}
