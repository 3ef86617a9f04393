import Core
import TestSupport
import Testing

@testable import Operator

/// Whole rollouts to many boxes, with chance in them.
struct RolloutSimulationTests {
    @Test(arguments: 1...8)
    func threeHundredBoxesMoveThoughThreePercentWereFailingBefore(_ seed: UInt64) {
        var world = World(300, seed: seed)
        for box in world.fleet.boxes where world.dice.isTrue(0.03) {
            world.fleet.broken.insert(box.id)
            world.fleet.fail(box, .fault)
        }
        world.run()
        #expect(world.fleet.rollout?.state == .done)
        #expect(world.fleet.boxes.allSatisfy { $0.image == "new" && $0.imageBefore == nil })
        #expect(world.fleet.boxes.count(where: \.runs) == 300 - world.fleet.broken.count)
        #expect(world.mostMoved <= 16)
        #expect(world.moves == 300)
    }

    @Test(arguments: 1...8)
    func aNewImageThatThreePercentCannotRunHaltsAndLeavesNoBoxDown(_ seed: UInt64) {
        var world = World(300, seed: seed)
        world.cannotRunNew = Set(world.fleet.boxes.map(\.id).filter { _ in world.dice.isTrue(0.03) })
        world.cannotRunNew.insert(world.fleet.number(299).id)
        world.run()
        #expect(world.fleet.rollout?.state == .halted && world.fleet.rollout?.endedAt == nil)
        #expect(world.fleet.boxes.allSatisfy { $0.runs && $0.imageBefore == nil })
        #expect(world.fleet.boxes.allSatisfy { $0.image == "old" || !world.cannotRunNew.contains($0.id) })
        #expect(world.mostDown <= 16)
    }

    @Test(arguments: 1...8)
    func whateverHappensOnTheWayEveryBoxEndsOnTheConfiguredImage(_ seed: UInt64) {
        var world = World(40, seed: seed)
        world.resumes = true
        world.hasUnrest = true
        world.run(minutes: 120)
        world.hasUnrest = false
        world.run()
        world.fleet.boxes.indices.forEach { world.fleet.boxes[$0].desired = .running }
        world.run()
        #expect(world.fleet.rollout?.state == .done)
        #expect(world.fleet.boxes.allSatisfy { $0.image == world.fleet.image && $0.imageBefore == nil && $0.runs })
    }
}

/// A fleet whose boxes take up to three minutes to come up.
private struct World {
    var fleet: Fleet
    var dice: Dice
    var cannotRunNew: Set<Box.ID> = []
    /// Whether the host configures other images, and customers pause and change things.
    var hasUnrest = false
    /// Whether the host resumes what halts.
    var resumes = false
    private(set) var mostMoved = 0
    private(set) var mostDown = 0
    private(set) var moves = 0
    private var ready: [Box.ID: Timestamp] = [:]

    init(_ count: Int, seed: UInt64) {
        fleet = Fleet(count)
        dice = Dice(seed: seed)
    }

    /// Lets time pass until nothing has happened for long.
    mutating func run(minutes: Int = 3000) {
        var idle = 0
        for _ in 0..<minutes * 2 where idle < 40 {
            if hasUnrest { disturb() }
            if resumes { resume() }
            let step = fleet.advance()
            idle = step.isEmpty ? idle + 1 : 0
            moves += step.upgraded.count
            mostMoved = max(mostMoved, step.upgraded.count)
            letBoxesComeUp()
            mostDown = max(mostDown, fleet.boxes.count { !$0.runs && $0.desired == .running })
            fleet.now = fleet.now + .seconds(30)
        }
    }

    private mutating func letBoxesComeUp() {
        for box in fleet.boxes where box.desired == .running && !box.runs && !fleet.broken.contains(box.id) {
            if box.image == "new", cannotRunNew.contains(box.id) {
                fleet.fail(box, .failed(.vanished))
            } else if let time = ready[box.id] {
                guard time <= fleet.now else { continue }
                ready[box.id] = nil
                fleet.comeUp(box)
            } else {
                ready[box.id] = fleet.now + .seconds(Int64.random(in: 0...180, using: &dice))
            }
        }
    }

    private mutating func disturb() {
        if dice.isTrue(0.01) { fleet.image = ["old", "new", "newer"].randomElement(using: &dice)! }
        for index in fleet.boxes.indices {
            if dice.isTrue(0.002) { fleet.boxes[index].generation += 1 }
            if dice.isTrue(0.002) {
                fleet.boxes[index].desired = fleet.boxes[index].desired == .running ? .suspended : .running
            }
        }
    }

    private mutating func resume() {
        guard fleet.rollout?.state == .halted, fleet.rollout?.endedAt == nil else { return }
        fleet.rollout?.state = .running
        fleet.rollout?.wave = 0
        fleet.rollout?.waveStartedAt = fleet.now
    }
}

/// Chance that can be repeated (SplitMix64).
private struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func isTrue(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &self) < probability
    }
}
