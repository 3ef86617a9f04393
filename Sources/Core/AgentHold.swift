/// An agent that spends without anybody's doing is stopped until its owner lets it go on.
package struct AgentHold: Sendable, Hashable {
    package let reason: Reason
    package let since: Timestamp

    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// More calls for one message than ``AgentHold/mostCalls``.
        case manyCalls = "many_calls"
        /// A share of the month, see ``AgentHold/unaskedShare``, within a day and without a person's message.
        case unasked
    }

    /// Calls of the model for one person's message: an answer with tools takes two to five.
    package static let mostCalls = 25
    /// The agent may use less than one part of so many of its month by itself between two messages, within a day.
    package static let unaskedShare = 10
    package static let unaskedTime = Duration.days(1)

    package init(reason: Reason, since: Timestamp) {
        self.reason = reason
        self.since = since
    }
}
