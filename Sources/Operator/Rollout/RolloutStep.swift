package import Core

/// What a rollout changes in one go.
package struct RolloutStep: Sendable, Hashable {
    /// The rollout's row as it is to be from now on; `nil` leaves it.
    package var rollout: Rollout?
    /// Those that move to the new image.
    package var upgraded: [Box] = []
    /// Those that go back to the image before.
    package var rolledBack: [Box] = []
    /// Those whose trial is over.
    package var proven: [Box] = []
    /// Those whose trial ends without a result, because they aren't to run any more.
    package var returned: [Box] = []
    /// Whether the next step is due at once.
    package var goesOn = false

    /// The first box of all to move.
    var canary: Box? { rollout?.wave == 1 ? upgraded.first : nil }

    /// No box moves: the image won't do.
    mutating func halt(_ reason: String) {
        guard canary != nil else { return }
        rollout?.wave = 0
        rollout?.state = .halted
        rollout?.detail = reason
        upgraded = []
    }

    package var isEmpty: Bool {
        rollout == nil && upgraded.isEmpty && rolledBack.isEmpty && proven.isEmpty && returned.isEmpty
    }
}

extension RolloutStep {
    /// What the host is told of a rollout that halts in this step.
    var alert: AlertHost? {
        guard let rollout, rollout.state == .halted, rollout.endedAt == nil else { return nil }
        if rollout.wave == 0 {
            return AlertHost(
                subject: "The rollout of \(rollout.image) halted before the first agent",
                text: """
                    \(rollout.detail ?? "The image won't do").

                    No agent was moved, and none is until you configure another image (AGENT_IMAGE) or resume the rollout.

                    To look: openclaw-cloud admin rollout show
                    To resume: openclaw-cloud admin rollout resume
                    """)
        }
        return AlertHost(
            subject: "The rollout of \(rollout.image) halted",
            text: """
                \(rollout.detail ?? "An agent didn't run as the new image").

                The agents that didn't run as it went back to the image before; those that do run as it stay. No other agent \
                is moved until you configure another image (AGENT_IMAGE) or resume the rollout.

                What they had stored was saved before, where BACKUP_S3_… is set. If the new image has changed it so that the old \
                one can't start (\(rolledBack.map(\.id.rawValue).joined(separator: ", "))):
                openclaw-cloud admin box backups BOX, and openclaw-cloud admin box restore BOX BACKUP.

                To look: openclaw-cloud admin rollout show
                To resume: openclaw-cloud admin rollout resume
                """)
    }
}
