/// What a model call was made for, told by the shape of its request. Nothing of what was said is kept for it.
package enum UsageCause: String, Sendable, Hashable, CaseIterable, Codable {
    /// The first answer to what a person has written.
    case message
    /// A further step of that answer: the agent has used a tool, and reads what came of it.
    case tool
    /// A turn that was cut off, such as by a restart, and goes on.
    case resumed
    /// What the agent's program does by itself, such as summing up a long conversation.
    case background
    /// A voice note was written down.
    case transcription
}

/// What one cause has used of a billing period.
package struct CauseUse: Sendable, Hashable {
    /// `nil` for what can't be told: calls that a crash has cut off, and those metered before causes were.
    package let cause: UsageCause?
    package let calls: Int
    package let units: Int

    package init(cause: UsageCause?, calls: Int, units: Int) {
        self.cause = cause
        self.calls = calls
        self.units = units
    }
}

extension [CauseUse] {
    /// How many answers people have got, and what one of them took on the average, the steps of its tools included.
    package var messages: (count: Int, unitsEach: Int) {
        let count = reduce(0) { $0 + ($1.cause == .message ? $1.calls : 0) }
        let units = reduce(0) { $0 + ($1.cause == .message || $1.cause == .tool ? $1.units : 0) }
        return (count, count > 0 ? units / count : 0)
    }
}
