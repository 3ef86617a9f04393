/// How often, and after what wait, a request that failed in passing is repeated.
package struct RetryPolicy: Sendable {
    /// How often a request is sent at most.
    package var attempts: Int
    /// Before the second attempt; doubled with each further one.
    package var firstDelay: Duration
    package var longestDelay: Duration

    package init(attempts: Int = 5, firstDelay: Duration = .milliseconds(200), longestDelay: Duration = .seconds(5)) {
        self.attempts = attempts
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
    }

    /// - Parameters:
    ///   - attempt: which one has failed, from 1.
    ///   - asked: the server's own wish.
    ///   - jitter: spreads requests that failed together; our own waits are multiplied with it.
    /// - Returns: `nil` if it isn't to be repeated, also where the server asks for more than half a minute.
    func delay(after attempt: Int, asked: Duration?, jitter: Double) -> Duration? {
        guard attempt < attempts else { return nil }
        if let asked { return asked <= .seconds(30) ? max(asked, firstDelay) : nil }
        return pause(after: attempt, jitter: jitter)
    }

    /// The wait of those who never give up.
    func pause(after attempt: Int, jitter: Double) -> Duration {
        min(firstDelay * (1 << min(attempt - 1, 16)), longestDelay) * jitter
    }
}
