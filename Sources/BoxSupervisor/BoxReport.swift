package import Core

/// A box's state, as its supervisor reports it.
package struct BoxReport: Sendable, Hashable, Codable {
    package var state = AgentState.absent
    /// ``BoxSettings/hash`` of what it runs as.
    package var settings: String?
    /// ``BoxSettings/processHash`` of what it runs as.
    package var process: String?
    /// Settings that the program won't take. Those from before are in force.
    package var refused: Refusal?
    /// What the program said of its trouble.
    package var words: String?
    /// Bytes of the agent's processes; 0 while it sleeps.
    package var memory = 0
    /// How often the program went down by itself.
    package var restarts = 0
    /// The newest last.
    package var troubles: [Trouble] = []
    package var wakes = 0
    /// From the message that woke it until it was ready, the last time.
    package var lastWakeMilliseconds: Int64?
    /// How often Telegram said that somebody else polls.
    package var conflicts = 0

    package struct Refusal: Sendable, Hashable, Codable {
        package let settings: String
        /// The program's own.
        package let words: String
    }

    package struct Trouble: Sendable, Hashable, Codable {
        package let trouble: AgentTrouble
        package let at: Timestamp
    }

    package init() {}

    private static let mostTroubles = 10

    mutating func note(_ trouble: AgentTrouble, at time: Timestamp) {
        restarts += 1
        troubles = (troubles + [Trouble(trouble: trouble, at: time)]).suffix(Self.mostTroubles)
    }
}
