import Core
import Crypto
import Jobs
import Logging
import SQL
import Store
import Synchronization
import TestSupport
import Testing

@testable import Operator

/// Rollouts with a database behind them.
@Suite(.timeLimit(.minutes(1)))
struct RolloutTests {
    @Test(arguments: Engine.allCases)
    func aStepIsWrittenWithTheJobsThatMakeItReal(_ engine: Engine) async throws {
        try await Stage.run(engine, boxes: 3) { stage in
            try await stage.service.rollouts.advance()
            let moved = try await stage.row(0)
            #expect(moved.image == "agent:2" && moved.imageBefore == "agent:1" && moved.generation == 2)
            #expect(try await stage.jobs(ReconcileBox.self) == [moved.id.rawValue])
            #expect(stage.platform.notifier.topics.contains(.customer(moved.customerID)))
            #expect(
                try await stage.rollout == Rollout(image: "agent:2", wave: 1, waveStartedAt: testNow, startedAt: testNow))

            let topics = stage.platform.notifier.topics
            try await stage.service.rollouts.advance()
            #expect(stage.platform.notifier.topics == topics, "nothing is due")
        }
    }

    @Test(arguments: Engine.allCases)
    func itEndsOnceAllHaveMoved(_ engine: Engine) async throws {
        try await Stage.run(engine, boxes: 3) { stage in
            for number in 0..<3 {
                try await stage.service.rollouts.advance()
                try await stage.comeUp(number)
            }
            try await stage.service.rollouts.advance()
            #expect(try await stage.rollout == nil)
            let all = try await stage.platform.database.read { try RolloutStore($0).all() }
            #expect(all.map(\.state) == [.done])
            for number in 0..<3 {
                let row = try await stage.row(number)
                #expect(row.image == "agent:2" && row.imageBefore == nil && row.generation == 2)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aHaltPutsTheBoxBackAndTellsTheHost(_ engine: Engine) async throws {
        try await Stage.run(engine, boxes: 2) { stage in
            try await stage.service.rollouts.advance()
            stage.platform.clock.advance(by: .seconds(600))
            try await stage.service.rollouts.advance()
            let row = try await stage.row(0)
            #expect(row.image == "agent:1" && row.imageBefore == nil && row.generation == 3)
            #expect(try await stage.rollout?.state == .halted)
            #expect(try await stage.jobs(AlertHost.self) == ["The rollout of agent:2 halted"])
            stage.platform.clock.advance(by: .hours(1))
            try await stage.service.rollouts.advance()
            #expect(try await stage.row(0) == row)

            try await stage.comeUp(0)
            _ = try await stage.platform.queue.write { try RolloutStore($0.transaction).resume(now: $0.now) }
            try await stage.service.rollouts.advance()
            #expect(try await stage.row(0).image == "agent:2")
        }
    }

    @Test(arguments: Engine.allCases)
    func stopsBeforeTheFirstBoxWithTheProgramsOwnWords(_ engine: Engine) async throws {
        try await Stage.run(engine, boxes: 2) { stage in
            let program = ScriptedProgram()
            let service = stage.service(image: "agent:2") { program.answer($0, $1) }
            let row = try await stage.row(0)
            try await service.rollouts.advance()
            #expect(try await stage.rollout == nil, "it is still being asked")
            program.says(.refused("agents.defaults: Unrecognized key: \"memorySearch\""))
            try await service.rollouts.advance()
            #expect(try await stage.row(0) == row, "no box has moved")
            let rollout = try #require(try await stage.rollout)
            #expect(rollout.state == .halted && rollout.wave == 0)
            #expect(rollout.detail?.contains("Unrecognized key: \"memorySearch\"") == true)
            #expect(try await stage.jobs(AlertHost.self) == ["The rollout of agent:2 halted before the first agent"])
            #expect(Set(program.asked) == ["agent:2 \(row.id)"])

            // The host has mended it, and resumes: it is asked anew.
            _ = try await stage.platform.queue.write { try RolloutStore($0.transaction).resume(now: $0.now) }
            program.says(.accepted)
            try await service.rollouts.advance()
            #expect(try await stage.row(0).image == "agent:2")
            #expect(try await stage.rollout?.wave == 1)
            let times = program.asked.count
            try await stage.comeUp(0)
            try await service.rollouts.advance()
            #expect(try await stage.row(1).image == "agent:2")
            #expect(program.asked.count == times, "the others aren't asked about")
        }
    }

    @Test(arguments: Engine.allCases)
    func severalWorkersTakeOneStepTogether(_ engine: Engine) async throws {
        try await Stage.run(engine, boxes: 10) { stage in
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask { try await stage.service.rollouts.advance() }
                }
                try await group.waitForAll()
            }
            let images = try await stage.platform.database.read { try BoxStore($0).allToReconcile().map(\.image) }
            #expect(images.count { $0 == "agent:2" } == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func anotherImageTakesTheRolloutsPlace(_ engine: Engine) async throws {
        try await Stage.run(engine, boxes: 2) { stage in
            try await stage.service.rollouts.advance()
            let service = stage.service(image: "agent:3")
            try await service.rollouts.advance()
            #expect(try await stage.rollout == nil)
            #expect(try await stage.row(0).image == "agent:1")
            #expect(try await stage.jobs(AdvanceRollout.self) == ["all"], "its own is to begin at once")
            try await service.rollouts.advance()
            #expect(try await stage.rollout?.image == "agent:3")
            #expect(try await stage.row(1).image == "agent:3", "the other one is still on its way back")
        }
    }

    @Test func nothingHappensWhereAgentsAreNoContainers() async throws {
        try await Stage.run(.sqlite, boxes: 2) { stage in
            try await stage.service(image: nil).rollouts.advance()
            #expect(try await stage.rollout == nil)
            #expect(try await stage.row(0).image == "agent:1")
        }
    }

    @Test func anAgentThatComesUpTakesItsRolloutFurther() async throws {
        try await OperatorStage.run(image: "agent:1") { stage in
            try await stage.reconcile()
            let row = try await stage.row
            #expect(row.image == "agent:1" && row.generation == 1, "chosen before it ran, and no change")
            #expect(row.runs)
            try await stage.platform.database.write { _ = try BoxStore($0).setImage("agent:2", before: "agent:1", of: row) }
            #expect(try await stage.platform.queuedJobs(AdvanceRollout.kind).isEmpty)
            try await stage.reconcile()
            #expect(try await stage.row.runs)
            #expect(stage.stand.starts(stage.box).count == 2, "another image is another agent")
            #expect(try await stage.platform.queuedJobs(AdvanceRollout.kind).count == 1)
        }
    }

    @Test func anAgentThatIsNoContainerGetsNoImage() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            #expect(try await stage.row.image == nil)
        }
    }
}

/// What an image's program says, as a test has it.
private final class ScriptedProgram: Sendable {
    private let state = Mutex((answer: ConfigurationCheck.underWay, asked: [String]()))

    var asked: [String] { state.withLock { $0.asked } }

    func says(_ answer: ConfigurationCheck) { state.withLock { $0.answer = answer } }

    func answer(_ agent: AgentReference, _ image: String) -> ConfigurationCheck {
        state.withLock { state in
            state.asked.append("\(image) \(agent.boxID)")
            return state.answer
        }
    }
}

/// Boxes on a database of their own that run as `agent:1`, and an operator that is told of `agent:2`.
private struct Stage {
    let platform: TestPlatform
    let service: OperatorServices
    private let boxes: [Box]
    private let runtime: ChildProcessRuntime

    static func run(_ engine: Engine, boxes count: Int, _ body: (Stage) async throws -> Void) async throws {
        try await StandInAgent.with { stand in
            try await TestPlatform.run(on: engine) { platform in
                let customers = (0..<count).map { _ in Customer.sample() }
                let boxes = customers.enumerated().map { number, customer in
                    Box(
                        id: testIDs.next(), customerID: customer.id, tier: .starter, agentName: "Ada", purpose: "",
                        language: .english, desired: .running, observedGeneration: 1, status: .running,
                        createdAt: testNow + .seconds(number), image: "agent:1")
                }
                try await platform.database.write { transaction in
                    for customer in customers { try CustomerStore(transaction).insert(customer) }
                    for box in boxes { try BoxStore(transaction).insert(box) }
                }
                let runtime = try stand.runtime()
                try await body(
                    Stage(
                        platform: platform, service: service(platform, runtime, image: "agent:2"), boxes: boxes,
                        runtime: runtime))
            }
        }
    }

    private static func service(
        _ platform: TestPlatform, _ runtime: ChildProcessRuntime, image: String?,
        checksImage: ConfigurationCheck.Check? = nil
    ) -> OperatorServices {
        OperatorServices(
            queue: platform.queue, runtime: runtime, vault: Vault(key: SymmetricKey(size: .bits256)), plans: .builtIn,
            settings: Sample.settings, image: image, checksImage: checksImage,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// An operator that is told of another image.
    func service(image: String?, checksImage: ConfigurationCheck.Check? = nil) -> OperatorServices {
        Self.service(platform, runtime, image: image, checksImage: checksImage)
    }

    var rollout: Rollout? {
        get async throws { try await platform.database.read { try RolloutStore($0).current() } }
    }

    func row(_ number: Int) async throws -> Box {
        let box = boxes[number]
        return try #require(
            try await platform.database.read { try BoxStore($0).find(box.id, customerID: box.customerID) })
    }

    func comeUp(_ number: Int) async throws {
        let row = try await row(number)
        try await platform.database.write {
            try BoxStore($0).observe(row, generation: row.generation, status: .running, message: nil, readyAt: nil)
        }
    }

    /// The unique keys of the waiting jobs of a kind.
    func jobs<Arguments: JobArguments>(_: Arguments.Type) async throws -> [String] {
        try await platform.database.read { transaction in
            try transaction.query(
                "SELECT unique_key FROM jobs WHERE kind = ?1 AND state = 'queued' ORDER BY unique_key",
                [.text(Arguments.kind)]
            ).map { try $0.text("unique_key") }
        }
    }
}
