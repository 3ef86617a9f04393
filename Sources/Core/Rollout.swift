/// How far the agents have been moved to one container image. There is one that hasn't ended, or none.
package struct Rollout: Sendable, Hashable {
    package let image: String
    package var state: State
    /// Counts the groups of boxes that were moved; 0 before the first one. A resumed rollout counts anew.
    package var wave: Int64
    /// When the last group was moved; how long its boxes may take counts from here.
    package var waveStartedAt: Timestamp
    /// In plain words, for the host: what stopped it.
    package var detail: String?
    package let startedAt: Timestamp
    /// `nil` while it goes on or waits for the host.
    package var endedAt: Timestamp?

    package enum State: String, Sendable, Hashable, Codable {
        case running
        /// Moves no more boxes until the host resumes it or configures another image.
        case halted
        /// Every box was moved.
        case done
    }

    package init(
        image: String, state: State = .running, wave: Int64 = 0, waveStartedAt: Timestamp, detail: String? = nil,
        startedAt: Timestamp, endedAt: Timestamp? = nil
    ) {
        self.image = image
        self.state = state
        self.wave = wave
        self.waveStartedAt = waveStartedAt
        self.detail = detail
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}
