import Core
import Logging
import SQL
import Store
import TestSupport
import Testing

/// A payment takes an agent over that runs for nobody yet.
struct SpareStoreTests {
    @Test(arguments: Engine.allCases)
    func aSpareComesBackAsItWas(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let full = Spare(
                id: testIDs.next(), tier: .team, image: "ghcr.io/openclaw/openclaw:2026.9.4", proxyTokenHash: "hash",
                state: .retired, detail: "too slow", createdAt: testNow, readyAt: testNow + .seconds(1),
                placeHeldUntil: testNow + .seconds(2))
            try await database.write { try SpareStore($0).insert(full) }
            #expect(try await database.read { try SpareStore($0).find(full.id) } == full)
            #expect(try await database.read { try SpareStore($0).all() } == [full])
        }
    }

    @Test(arguments: Engine.allCases)
    func aClaimGivesTheBoxTheSparesPlaceImageAndToken(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let spare = try await Self.spare("token", image: "openclaw:2026.9.4", in: database)
            let box = try await Self.box(in: database)
            let claimed = try #require(try await Self.claim(box, in: database))
            #expect(claimed.spareID == spare.id && claimed.image == "openclaw:2026.9.4")
            #expect(AgentReference(claimed) == AgentReference(spare.id))
            try await database.read { transaction in
                #expect(try BoxStore(transaction).find(box.id, customerID: box.customerID) == claimed)
                #expect(try BoxStore(transaction).find(at: AgentReference(spare.id)) == claimed)
                #expect(try SpareStore(transaction).all().isEmpty, "never a spare again")
                let token = try UsageStore(transaction).activeProxyTokenHash(boxID: box.id, customerID: box.customerID)
                #expect(token == "token")
            }
        }
    }

    /// While nobody has paid, its token is good for the turn that warms it; then it stands for the box.
    @Test(arguments: Engine.allCases)
    func theTokenStandsForTheSpareUntilABoxHasIt(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let spare = try await Self.spare("token", in: database)
            let box = try await Self.box(in: database)
            func credential() async throws -> ProxyCredential? {
                try await database.read { try UsageStore($0).credential(proxyTokenHash: "token") }
            }
            let before = try #require(try await credential())
            #expect(before.isSpare && before.boxID == AgentReference(spare.id).boxID)
            _ = try await database.write { transaction in
                _ = try SpareStore(transaction).claim(for: box, box.tier, now: testNow)
                var wanted = box
                wanted.desired = .running
                return try BoxStore(transaction).want(wanted)
            }
            let after = try #require(try await credential())
            #expect(!after.isSpare && after.boxID == box.id && after.customerID == box.customerID)
        }
    }

    @Test(arguments: Engine.allCases)
    func onlyAReadySpareOfThatPlanIsClaimed(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let box = try await Self.box(in: database)
            try await Self.spare("other plan", tier: .team, in: database)
            try await Self.spare("starting", state: .starting, in: database)
            try await Self.spare("given up", state: .retired, in: database)
            try await Self.spare(nil, in: database)
            #expect(try await Self.claim(box, in: database) == nil)
            #expect(try await database.read { try SpareStore($0).all().count } == 4)
        }
    }

    /// A box that has run has a place with its data in it.
    @Test(arguments: Engine.allCases)
    func onlyABoxThatWasNeverRealClaimsOne(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            try await Self.spare("token", in: database)
            let customer = Customer.sample()
            try await database.write { try CustomerStore($0).insert(customer) }
            var box = Box.sample(of: customer, botID: 5)
            for desired in [DesiredState.running, .suspended, .deleted] {
                box.desired = desired
                let asked = box
                #expect(try await Self.claim(asked, in: database) == nil, "\(desired)")
            }
            let withoutBot = Box.sample(of: customer)
            #expect(try await Self.claim(withoutBot, in: database) == nil, "nobody could write to it")
            #expect(try await database.read { try SpareStore($0).all().count } == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func ofFiftyPaymentsAtOnceTenGetASpareEach(_ engine: Engine) async throws {
        try await engine.withPlace { place in
            let databases = [try place.open(), try place.open()]
            try await Migrator(Migrations.all, logger: .init(label: "test")).migrate(databases[0])
            var spares: Set<Spare.ID> = []
            for number in 0..<10 { spares.insert(try await Self.spare("token \(number)", in: databases[0]).id) }
            var boxes: [Box] = []
            for number in 0..<50 { boxes.append(try await Self.box(botID: 100 + Int64(number), in: databases[0])) }
            let claimed = try await withThrowingTaskGroup(of: Box?.self) { group in
                for (number, box) in boxes.enumerated() {
                    group.addTask { try await Self.claim(box, in: databases[number % 2]) }
                }
                return try await group.reduce(into: [Box]()) { all, box in if let box { all.append(box) } }
            }
            #expect(claimed.count == 10)
            #expect(Set(claimed.compactMap(\.spareID)) == spares, "each spare has one customer")
            let places = try await databases[1].read { [boxes] transaction in
                try boxes.compactMap { try BoxStore(transaction).find($0.id, customerID: $0.customerID) }
            }.map { AgentReference($0) }
            #expect(Set(places).count == 50, "each box has a place of its own")
            #expect(try await databases[1].read { try SpareStore($0).all().isEmpty })
            for database in databases { await database.close() }
        }
    }

    @Test(arguments: Engine.allCases)
    func aSpareThatWasGivenUpOpensNothing(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let spare = try await Self.spare("token", in: database)
            try await database.write { transaction in
                #expect(try SpareStore(transaction).makeRoom(holdingPlaceUntil: testNow + .hours(1)))
                #expect(try !SpareStore(transaction).makeRoom(holdingPlaceUntil: testNow + .hours(1)), "there is no other")
                #expect(try UsageStore(transaction).credential(proxyTokenHash: "token") == nil)
                let kept = try #require(try SpareStore(transaction).find(spare.id))
                #expect(kept.state == .retired && kept.placeHeldUntil == testNow + .hours(1))
            }
        }
    }

    // MARK: Rows

    @discardableResult
    private static func spare(
        _ token: String?, tier: Tier = .pro, state: Spare.State = .ready, image: String? = nil, in database: any Database
    ) async throws -> Spare {
        let spare = Spare(
            id: testIDs.next(), tier: tier, image: image, proxyTokenHash: token, state: state, createdAt: testNow,
            readyAt: state == .ready ? testNow : nil)
        try await database.write { try SpareStore($0).insert(spare) }
        return spare
    }

    private static func box(botID: Int64 = 5, in database: any Database) async throws -> Box {
        let customer = Customer.sample()
        let box = Box.sample(of: customer, botID: botID)
        try await database.write { transaction in
            try CustomerStore(transaction).insert(customer)
            try BoxStore(transaction).insert(box)
        }
        return box
    }

    private static func claim(_ box: Box, in database: any Database) async throws -> Box? {
        try await database.write { try SpareStore($0).claim(for: box, box.tier, now: testNow) }
    }
}
