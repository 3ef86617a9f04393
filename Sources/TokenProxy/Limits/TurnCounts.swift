import Core

/// How many calls each of an agent's last turns has taken. A pure state machine.
struct TurnCounts {
    /// The one that had a call last stands last.
    private var turns: [(mark: Int64, calls: Int)] = []
    /// What the counts are of: they begin anew when the owner has let the agent go on.
    private var releases: Int64 = 0

    /// A team's members have a turn each at a time.
    private static let most = 32

    /// Counts a call.
    /// - Returns: whether it may be made.
    mutating func admit(_ mark: Int64, releases: Int64) -> Bool {
        if releases != self.releases {
            turns = []
            self.releases = releases
        }
        var calls = 0
        if let index = turns.lastIndex(where: { $0.mark == mark }) { calls = turns.remove(at: index).calls }
        if turns.count >= Self.most { turns.removeFirst() }
        turns.append((mark, min(calls + 1, AgentHold.mostCalls)))
        return calls < AgentHold.mostCalls
    }
}
