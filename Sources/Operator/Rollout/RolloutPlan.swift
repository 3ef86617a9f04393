package import Core

/// Decides how a rollout goes on: from what the rows say, without touching anything.
///
/// A single box is moved to the new image first, the one that was created first, then a tenth of them, then half, then the
/// rest. The boxes of a group are on trial: the next group waits until all of them run. If one doesn't in time, it goes back
/// to the image before, with those of its group that aren't up yet, and the rollout halts.
///
/// A box that is already failing when its turn comes says nothing about the new image: it is moved when nothing else is left,
/// and is never on trial.
package struct RolloutPlan: Sendable {
    /// The image that every agent is to run as.
    let image: String
    /// The rollout that hasn't ended.
    let rollout: Rollout?
    let now: Timestamp
    let limits: Limits

    /// Those that are wanted running as some image, the oldest first.
    private let boxes: [Box]
    /// Those that are on trial though nothing of them is to run.
    private let strays: [Box]

    package struct Limits: Sendable, Hashable {
        /// How long the boxes of a group may take: the first start of a new image may take five minutes, and somebody has to fetch
        /// it first.
        package var readyWithin: Duration
        /// How many boxes are moved at once at most, so that the cluster and the job queue keep up and no box is late because
        /// others are before it.
        package var atOnce: Int

        package init(readyWithin: Duration = .seconds(600), atOnce: Int = 16) {
            self.readyWithin = readyWithin
            self.atOnce = atOnce
        }
    }

    /// - Parameter boxes: every box that isn't gone for good.
    package init(image: String, boxes: [Box], rollout: Rollout?, now: Timestamp, limits: Limits = Limits()) {
        self.image = image
        self.rollout = rollout
        self.now = now
        self.limits = limits
        self.boxes = boxes.filter { $0.desired == .running && $0.image != nil }
            .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
        strays = boxes.filter { $0.desired != .running && $0.isOnTrial }
    }

    /// What is to be written now, all of it in one transaction.
    package var step: RolloutStep {
        var step = RolloutStep()
        step.returned = strays
        if let rollout, rollout.image != image {
            let (up, down) = trial
            step.rollout = rollout.ended(.halted, detail: "Replaced by \(image).", at: now)
            step.proven = up
            step.rolledBack = down
            step.goesOn = true
        } else if let rollout {
            if rollout.state == .running { advance(rollout, &step) }
        } else if boxes.contains(where: { $0.image != image }) {
            advance(Rollout(image: image, waveStartedAt: now, startedAt: now), &step)
        }
        return step
    }

    private func advance(_ rollout: Rollout, _ step: inout RolloutStep) {
        if self.rollout == nil { step.rollout = rollout }
        let isOverdue = now >= rollout.waveStartedAt + limits.readyWithin
        let (up, down) = trial
        // Whatever becomes of the others: those that have run as the new image must never go back over what it has stored.
        step.proven = up
        if !down.isEmpty {
            guard isOverdue else { return }
            var halted = rollout
            halted.state = .halted
            halted.detail = reason(down)
            step.rollout = halted
            step.rolledBack = down
            return
        }
        let waiting = boxes.filter { $0.image != image }
        if waiting.isEmpty {
            step.rollout = rollout.ended(.done, at: now)
            return
        }
        var next = waiting.filter(\.runs)
        if !next.isEmpty {
            next = Array(next.prefix(size(ofWave: rollout.wave + 1)))
        } else {
            // Some may only be restarting, and then tell more of the image than those that have failed.
            let isUnsettled = boxes.contains { $0.image == image ? !$0.runs : $0.status != .failed }
            if isUnsettled, !isOverdue { return }
            next = Array(waiting.prefix(boxes.contains { $0.image == image && $0.runs } ? limits.atOnce : 1))
        }
        var advanced = rollout
        advanced.wave += 1
        advanced.waveStartedAt = now
        step.rollout = advanced
        step.upgraded = next
    }

    /// The boxes on trial that run, and those that don't.
    private var trial: (up: [Box], down: [Box]) {
        let boxes = boxes.filter(\.isOnTrial)
        return (boxes.filter(\.runs), boxes.filter { !$0.runs })
    }

    /// - Parameter wave: from 1.
    private func size(ofWave wave: Int64) -> Int {
        let share =
            switch wave {
            case 1: 1
            case 2: max(1, boxes.count / 10)
            case 3: max(1, boxes.count / 2)
            default: boxes.count
            }
        return min(share, limits.atOnce)
    }

    private func reason(_ late: [Box]) -> String {
        let minutes = limits.readyWithin.milliseconds / 60_000
        let time = minutes > 0 ? "\(minutes) min" : "\(limits.readyWithin.milliseconds) ms"
        var text = "\(late[0].id) didn't run as \(image) within \(time)"
        if late.count > 1 { text += ", nor did \(late.count - 1) more" }
        if let message = late[0].message { text += ": \(message.text[.english])" }
        return text
    }

    // MARK: Boxes without an image

    /// The image that a box is to run as.
    ///
    /// A box that has none yet gets the configured one, but not while that isn't known to be good: then the one that most boxes
    /// run, or ran before the rollout.
    package func imageToRun(_ box: Box) -> String { box.image ?? imageOfNewBox }

    /// The image that a box would get now.
    package var imageOfNewBox: String {
        let isUnderWay = rollout?.image == image
        var counts: [String: Int] = [:]
        for other in boxes {
            guard let known = other.imageBefore ?? other.image, !(isUnderWay && known == image) else { continue }
            counts[known, default: 0] += 1
        }
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? image
    }
}

extension Box {
    /// Whether a rollout waits to see how the box does.
    var isOnTrial: Bool { imageBefore != nil }
}

extension Rollout {
    fileprivate func ended(_ state: State, detail: String? = nil, at time: Timestamp) -> Rollout {
        var ended = self
        ended.state = state
        ended.detail = detail
        ended.endedAt = time
        return ended
    }
}
