import Core

extension Account {
    /// What a call is given.
    struct Grant: Sendable {
        /// The cap on the answer's tokens.
        let output: Int
        let period: Range<Timestamp>
        /// Units of the period that aren't used yet; those of calls under way count as not used.
        let remaining: Int
        let percentUsed: Int
    }

    enum Outcome {
        case granted(Grant, needsMore: Bool)
        case needsMore(Int)
        case busy
        /// With the units that are left, though they are fewer than wanted.
        case exhausted(resets: Timestamp, remaining: Int, limit: Int)
    }
}
