import Core
import FoundationEssentials
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import BoxSupervisor
@testable import Operator

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Agents that run for nobody yet, and how a customer's box takes one over.
@Suite(.timeLimit(.minutes(1)))
struct SpareTests {
    // MARK: What a spare is

    @Test func nobodyCanWriteToASpare() throws {
        let specification = Self.specification(of: Self.spare())
        let json = specification.configuration(at: .container)
        let file = try JSONDecoder().decode(Configuration.self, from: Data(json.utf8))
        #expect(file.channels == ["telegram": ["dmPolicy": "disabled", "enabled": "true", "groupPolicy": "disabled"]])
        #expect(file.commands.ownerAllowFrom.isEmpty)
        let settings = specification.boxSettings(at: .container, secrets: [:])
        #expect(settings.channel == nil && settings.sleepAfter == nil && settings.workspace.isEmpty)
        #expect(specification.botToken == nil)
    }

    /// Else the process that was warmed would end.
    @Test(arguments: Tier.allCases)
    func aBoxOfItsPlanRunsInTheSameProcess(_ tier: Tier) throws {
        let spare = Self.spare(tier: tier)
        var box = Sample.box()
        box.spareID = spare.id
        let plan = PlanTable.builtIn[tier]
        let asSpare = Self.specification(of: spare)
        let asBox = AgentSpecification(
            box, bot: Sample.bot, plan: plan, botToken: Sample.botToken, proxyToken: asSpare.proxyToken,
            settings: Sample.settings)
        #expect(asBox.agent == asSpare.agent)
        #expect(asBox.processHash == asSpare.processHash)
        #expect(asBox.hash != asSpare.hash)
    }

    private struct Configuration: Decodable {
        let channels: [String: [String: Word]]
        let commands: Commands

        struct Commands: Decodable {
            let ownerAllowFrom: [String]
        }

        /// A text, or a flag as its text.
        struct Word: Decodable, Equatable, ExpressibleByStringLiteral {
            let text: String

            init(stringLiteral text: String) { self.text = text }

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                text = try (try? container.decode(Bool.self)).map { "\($0)" } ?? container.decode(String.self)
            }
        }
    }

    private static func spare(tier: Tier = .starter) -> Spare {
        Spare(id: Spare.ID(bits: 42), tier: tier, createdAt: testNow)
    }

    private static func specification(of spare: Spare) -> AgentSpecification {
        AgentSpecification(
            spare, plan: PlanTable.builtIn[spare.tier],
            proxyToken: .init(hash: AccessToken("ocp_proxy-token").hash, secret: Secret("ocp_proxy-token")),
            settings: Sample.settings)
    }

    // MARK: How spares are kept

    @Test func spareIsReadyOnceItHasTakenATurn() async throws {
        try await OperatorStage.run(spares: 2, timeout: .seconds(30)) { stage in
            let spares = try await stage.readySpares(2)
            for spare in spares {
                #expect(spare.tier == .starter)
                #expect(stage.stand.turns(AgentReference(spare.id)) == 1)
            }
            #expect(try stage.stand.folders.count == 2)
            try await stage.service.spares.keep()
            #expect(try await stage.spares == spares, "there is nothing more to do")
        }
    }

    @Test func aPaidBoxTakesTheProcessOverAndAnotherSpareFollows() async throws {
        try await OperatorStage.run(spares: 1) { stage in
            let spare = try #require(try await stage.readySpares(1).first)
            let process = stage.stand.processes(at: AgentReference(spare.id))
            let box = try await stage.pay()
            #expect(AgentReference(box) == AgentReference(spare.id))
            try await stage.service.reconciler.reconcile(AgentReference(box))

            #expect(try await stage.platform.row(of: box)?.status == .running)
            #expect(stage.stand.processes(box) == process && process.count == 1)
            let directory = stage.stand.directory(box)
            let token = FileManager.default.contents(atPath: directory.place.botTokenFile(Sample.botTokenHash))
            #expect(token.map { String(decoding: $0, as: UTF8.self) } == Sample.botToken.reveal())
            let configuration = FileManager.default.contents(atPath: directory.place.configuration) ?? Data()
            #expect(
                String(decoding: configuration, as: UTF8.self).contains(directory.place.botTokenFile(Sample.botTokenHash)))
            #expect(FileManager.default.fileExists(atPath: directory.place.workspace + "/USER.md"))

            let next = try #require(try await stage.readySpares(1).first)
            #expect(next.id != spare.id)
            let left = FileManager.default.contents(
                atPath: stage.stand.directory(AgentReference(next.id)).place.configuration)
            #expect(try !String(decoding: #require(left), as: UTF8.self).contains("tokenFile"))
        }
    }

    @Test func aKillBetweenClaimAndSettingsLosesNothing() async throws {
        try await OperatorStage.run(spares: 1) { stage in
            _ = try await stage.readySpares(1)
            let box = try await stage.pay()
            await stage.runtime.abandonAll()

            let runtime = try stage.stand.runtime()
            let service = stage.service(on: runtime, spares: 1)
            try await runtime.cleanUp { [AgentReference(box)] }
            try await service.reconciler.reconcile(AgentReference(box))
            #expect(try await stage.platform.row(of: box)?.status == .running)
            #expect(stage.stand.processes(box).count == 1)
            #expect(try stage.stand.folders == [AgentReference(box).boxID.rawValue], "it has no second place")
        }
    }

    /// Two customers pay one after the other: nothing of the first is where the second lives.
    @Test func nothingOfOneCustomerIsWhereAnotherLives() async throws {
        try await OperatorStage.run(spares: 2) { stage in
            _ = try await stage.readySpares(2)
            let boxes = [try await stage.pay(purpose: "roses for Ada"), try await stage.pay(purpose: "boats for Bea")]
            for box in boxes { try await stage.service.reconciler.reconcile(AgentReference(box)) }
            for (own, other) in [("roses for Ada", "boats for Bea"), ("boats for Bea", "roses for Ada")] {
                let box = try #require(boxes.first { $0.purpose == own })
                let texts = stage.stand.texts(in: stage.stand.directory(box).path)
                #expect(texts.contains { $0.contains(own) })
                #expect(!texts.contains { $0.contains(other) })
            }
        }
    }

    @Test func aSpareThatIsNotUpAnyMoreCanNotBeClaimed() async throws {
        try await OperatorStage.run(spares: 1) { stage in
            let spare = try #require(try await stage.readySpares(1).first)
            try await stage.runtime.suspend(AgentReference(spare.id))
            await #expect(throws: JobOutcome.self) { try await stage.service.spares.keep() }
            #expect(try await stage.spares.map(\.state) == [.starting])
            #expect(try await stage.pay().spareID == nil)
            #expect(try await stage.readySpares(1).map(\.id) == [spare.id])
        }
    }

    @Test func afterAFailureTheNextOneWaits() async throws {
        try await OperatorStage.run(.crash, spares: 1) { stage in
            try await eventually {
                try? await stage.service.spares.keep()
                return try await stage.spares.first?.state == .retired
            }
            let failed = try #require(try await stage.spares.first)
            try await stage.service.spares.keep()
            #expect(try await stage.spares == [failed], "its place is held")
            #expect(try stage.stand.folders.isEmpty, "nothing of it is kept")
            stage.platform.clock.advance(by: SpareKeeper.pauseAfterFailure)
            await #expect(throws: JobOutcome.self) { try await stage.service.spares.keep() }
            #expect(try await stage.spares.map(\.state).contains(.starting))
        }
    }

    @Test func whatIsNotWantedAnyMoreGoes() async throws {
        try await OperatorStage.run(spares: 2) { stage in
            _ = try await stage.readySpares(2)
            let fewer = stage.service(on: stage.runtime, spares: 1)
            try await fewer.spares.keep()
            #expect(try await stage.spares.count == 1)
            #expect(try stage.stand.folders.count == 1)
            try await stage.service(on: stage.runtime, spares: 0).spares.keep()
            #expect(try await stage.spares.isEmpty)
            #expect(try stage.stand.folders.isEmpty)
        }
    }

    @Test func aCustomersAgentWithoutRoomGetsThatOfASpare() async throws {
        try await OperatorStage.run(spares: 1) { stage in
            _ = try await stage.readySpares(1)
            try await stage.service.spares.makeRoom()
            try await stage.service.spares.keep()
            #expect(try stage.stand.folders.isEmpty)
            #expect(try await stage.spares.map(\.state) == [.retired], "no other takes the room at once")
            stage.platform.clock.advance(by: SpareKeeper.pauseAfterShortage)
            _ = try await stage.readySpares(1)
        }
    }

    @Test func aSpareThatCanNotTakeATurnIsNeverReady() async throws {
        try await OperatorStage.run(.cold, spares: 1) { stage in
            await #expect(throws: JobOutcome.self) { try await stage.service.spares.keep() }
            let spare = try #require(try await stage.spares.first)
            try await eventually("it has tried") { stage.stand.turns(AgentReference(spare.id)) > 1 }
            await #expect(throws: JobOutcome.self) { try await stage.service.spares.keep() }
            #expect(try await stage.spares.map(\.state) == [.starting])
        }
    }
}

extension OperatorStage {
    var spares: [Spare] {
        get async throws { try await platform.database.read { try SpareStore($0).all() } }
    }

    /// Keeps spares until so many can be claimed.
    func readySpares(_ count: Int) async throws -> [Spare] {
        try await eventually("\(count) spares are ready", within: .seconds(30)) {
            try? await service.spares.keep()
            return try await spares.count { $0.state == .ready } == count
        }
        return try await spares.filter { $0.state == .ready }
    }

    /// What a payment writes: a new customer's box is wanted, and takes a spare over if there is one.
    func pay(purpose: String = "Help me with my garden.") async throws -> Box {
        let customer = Customer.sample()
        let draft = Box.sample(of: customer)
        var box = Box(
            id: draft.id, customerID: customer.id, tier: .starter, agentName: "Ada", purpose: purpose, language: .english,
            createdAt: testNow)
        let sealed = try vault.seal(Sample.botToken, context: box.botTokenContext)
        box.bot = Box.Bot(
            id: Int64(truncatingIfNeeded: draft.id.bits >> 1 & 0xFFFF_FFFF), username: "ada_bot", sealedToken: sealed,
            ownerUserID: 5)
        let row = box
        return try await platform.database.write { transaction in
            try CustomerStore(transaction).insert(customer)
            try BoxStore(transaction).insert(row)
            _ = try SpareStore(transaction).claim(for: row, .starter, now: testNow)
            var wanted = row
            wanted.desired = .running
            return try BoxStore(transaction).want(wanted)
        }
    }
}

extension StandInAgent {
    func processes(at agent: AgentReference) -> [Int32] {
        ProcessTable.processes(withEnvironment: directory(agent).environmentMark)
    }

    /// Whatever can be read below a folder.
    func texts(in folder: String) -> [String] {
        ((try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []).compactMap { name in
            FileManager.default.contents(atPath: "\(folder)/\(name)").map { String(decoding: $0, as: UTF8.self) }
        }
    }
}
