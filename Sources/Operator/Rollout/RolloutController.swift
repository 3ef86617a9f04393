import Core
import Jobs
import Logging
import SQL
import Store

/// Moves the boxes to the image that agents are to run as, a few at a time: see ``RolloutPlan``.
package struct RolloutController: Sendable {
    let queue: WorkQueue
    /// What agents are to run as; `nil` where they are no containers.
    let image: String?
    let limits: RolloutPlan.Limits
    /// Asks an image's program before a rollout's first box; `nil`: nobody is asked.
    let checksImage: ConfigurationCheck.Check?
    let logger: Logger

    /// Takes the rollout of the configured image one step further: decides by the rows, and writes what follows together with
    /// the jobs that make it real. Nothing happens where agents are no containers.
    /// - Throws: `SQLError`.
    package func advance() async throws {
        guard let image else { return }
        // Looking first spares the database a transaction that would hold up every other change of a box.
        let now = queue.clock.now
        let due = try await queue.database.read { try plan(image, now: now, in: $0).step }
        guard !due.isEmpty else { return }
        let verdict = try await verdict(on: due, image: image)
        if verdict == .notYet { return }
        let step = try await queue.write { work in
            var step = try plan(image, now: work.now, in: work.transaction).step
            // Somebody else may have come first, or its turn: that box has yet to be asked about.
            if let canary = step.canary, canary.id != due.canary?.id { return RolloutStep() }
            if case .halt(let reason) = verdict { step.halt(reason) }
            let boxes = BoxStore(work.transaction)
            for box in step.proven { try boxes.keepImage(of: box) }
            for box in step.returned { try boxes.returnImage(of: box) }
            for box in step.upgraded { try move(box, to: image, before: box.runs ? box.image : nil, work) }
            for box in step.rolledBack {
                guard let before = box.imageBefore else { continue }
                try move(box, to: before, before: nil, isWayBack: true, work)
            }
            if let rollout = step.rollout { try RolloutStore(work.transaction).save(rollout) }
            if let alert = step.alert { try work.enqueue(alert) }
            if step.goesOn { try work.enqueue(AdvanceRollout()) }
            return step
        }
        log(step)
    }

    private enum Verdict: Hashable {
        case goesOn
        case notYet
        case halt(String)
    }

    /// Before the first box moves to a new image, that image's program is asked if it takes the box's configuration.
    /// - Throws: what the check throws.
    private func verdict(on step: RolloutStep, image: String) async throws -> Verdict {
        guard let checksImage, let canary = step.canary else { return .goesOn }
        return switch try await checksImage(AgentReference(canary), image) {
        case .underWay: .notYet
        case .accepted: .goesOn
        case .refused(let words): .halt("\(image) refuses the configuration of \(canary.id): \(words)")
        case .undecided(let why): .halt("\(image) couldn't be asked if it takes the configuration of \(canary.id): \(why)")
        }
    }

    /// The one place where a box moves from one image to another.
    private func move(
        _ box: Box, to image: String, before: String?, isWayBack: Bool = false, _ work: UnitOfWork
    ) throws {
        let moved = try BoxStore(work.transaction).setImage(image, before: before, isWayBack: isWayBack, of: box)
        try work.enqueue(ReconcileBox(moved))
        work.changed(box.customerID)
    }

    /// Gives a box that has no image the one it is to run as, before it is first made real.
    /// - Returns: the box with its image; as it was given, if it has one or agents are no containers.
    /// - Throws: `SQLError`.
    func choosingImage(_ box: Box) async throws -> Box {
        guard let image, box.image == nil else { return box }
        var box = box
        box.image = try await queue.write { [box] work in
            let plan = try plan(image, now: work.now, in: work.transaction)
            return try BoxStore(work.transaction).chooseImage(plan.imageToRun(box), of: box)
        }
        return box
    }

    /// - Returns: the image that a new box would run as; `nil` where agents are no containers.
    /// - Throws: `SQLError`.
    func imageOfNewBox() async throws -> String? {
        guard let image else { return nil }
        let now = queue.clock.now
        return try await queue.database.read { try plan(image, now: now, in: $0).imageOfNewBox }
    }

    private func plan(_ image: String, now: Timestamp, in transaction: any Transaction) throws -> RolloutPlan {
        RolloutPlan(
            image: image, boxes: try BoxStore(transaction).allToReconcile(),
            rollout: try RolloutStore(transaction).current(), now: now, limits: limits)
    }

    private func log(_ step: RolloutStep) {
        guard let rollout = step.rollout else { return }
        var metadata: Logger.Metadata = ["image": "\(rollout.image)", "wave": "\(rollout.wave)"]
        if !step.upgraded.isEmpty { metadata["boxes"] = "\(step.upgraded.map(\.id.rawValue).joined(separator: ","))" }
        metadata["detail"] = rollout.detail.map { "\($0)" }
        switch rollout.state {
        case .running: logger.notice("the agents' image is being rolled out", metadata: metadata)
        case .halted where rollout.endedAt == nil:
            logger.error("the rollout of the agents' image halted", metadata: metadata)
        case .halted: logger.notice("the rollout of the agents' image was given up", metadata: metadata)
        case .done: logger.notice("every agent was moved to the new image", metadata: metadata)
        }
    }
}
