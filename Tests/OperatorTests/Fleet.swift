import Core
import TestSupport

@testable import Operator

/// Boxes without a database or agents: what a plan decides is done to them at once, and they do what a test says.
struct Fleet {
    var boxes: [Box]
    var image = "new"
    var rollout: Rollout?
    var now = testNow
    var limits = RolloutPlan.Limits()
    /// Those that never run, whatever their image.
    var broken: Set<Box.ID> = []
    private let order: [Box.ID]

    /// - Parameter image: what all of them run as.
    init(_ count: Int, image: String = "old") {
        let customer = Customer.sample()
        boxes = (0..<count).map { number in
            Box(
                id: testIDs.next(), customerID: customer.id, tier: .starter, agentName: "Ada", purpose: "",
                language: .english, desired: .running, observedGeneration: 1, status: .running,
                createdAt: testNow - .hours(1000 - Int64(number)), image: image)
        }
        order = boxes.map(\.id)
    }

    subscript(_ id: Box.ID) -> Box { boxes.first { $0.id == id }! }

    /// - Parameter number: in the order of their creation, from 0.
    func number(_ number: Int) -> Box { self[order[number]] }

    func plan() -> RolloutPlan {
        RolloutPlan(
            image: image, boxes: boxes, rollout: rollout?.endedAt == nil ? rollout : nil, now: now, limits: limits)
    }

    /// Does what is decided now.
    @discardableResult
    mutating func advance() -> RolloutStep {
        let step = plan().step
        let image = image
        for box in step.proven { change(box) { $0.imageBefore = nil } }
        for box in step.returned {
            change(box) {
                $0.image = $0.imageBefore
                $0.imageBefore = nil
            }
        }
        for box in step.upgraded {
            change(box) { [image] in
                $0.imageBefore = $0.runs ? $0.image : nil
                $0.image = image
                $0.generation += 1
            }
        }
        for box in step.rolledBack {
            change(box) {
                $0.image = $0.imageBefore
                $0.imageBefore = nil
                $0.generation += 1
            }
        }
        if let new = step.rollout { rollout = new }
        return step
    }

    /// Has boxes that don't run come up, unless they are broken.
    /// - Parameter count: how many of them.
    mutating func settle(count: Int = .max) {
        for box in boxes.filter({ $0.desired == .running && !$0.runs && !broken.contains($0.id) }).prefix(count) {
            comeUp(box)
        }
        for id in broken { fail(self[id], self[id].message) }
    }

    mutating func comeUp(_ box: Box) {
        change(box) {
            $0.status = .running
            $0.message = nil
            $0.observedGeneration = $0.generation
        }
    }

    mutating func fail(_ box: Box, _ message: OwnerMessage?) {
        change(box) {
            $0.status = .failed
            $0.message = message
            $0.observedGeneration = $0.generation
        }
    }

    /// Advances a minute at a time, with every box up at once that isn't broken, until nothing more happens.
    /// - Returns: how many boxes were moved each time.
    @discardableResult
    mutating func run(waves: Int = .max) -> [Int] {
        var sizes: [Int] = []
        var idle = 0
        while idle < 10, sizes.count < waves {
            let step = advance()
            settle()
            if !step.upgraded.isEmpty { sizes.append(step.upgraded.count) }
            idle = step.isEmpty ? idle + 1 : 0
            now = now + .seconds(60)
        }
        return sizes
    }

    private mutating func change(_ box: Box, _ body: (inout Box) -> Void) {
        guard let index = boxes.firstIndex(where: { $0.id == box.id }) else { return }
        body(&boxes[index])
    }
}
