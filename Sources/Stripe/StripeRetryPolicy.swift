/// When a request is sent again (https://docs.stripe.com/error-low-level).
package struct StripeRetryPolicy: Sendable {
    /// How often a request is sent at most.
    package var attempts: Int
    package var firstDelay: Duration
    package var longestDelay: Duration

    package init(attempts: Int = 4, firstDelay: Duration = .milliseconds(500), longestDelay: Duration = .seconds(5)) {
        self.attempts = attempts
        self.firstDelay = firstDelay
        self.longestDelay = longestDelay
    }

    /// - Parameters:
    ///   - status: `nil` if the connection failed before an answer.
    ///   - shouldRetry: the header `Stripe-Should-Retry`, which decides where it is there.
    package func isWorthRetrying(status: Int?, shouldRetry: String?) -> Bool {
        switch (shouldRetry, status) {
        case ("true", _): true
        case ("false", _): false
        case (_, nil): true
        case (_, let status?): status == 409 || status == 429 || status >= 500
        }
    }

    /// - Parameters:
    ///   - attempt: the one that failed, from 1.
    ///   - jitter: from 0 to 1; spreads clients that failed together over the second half of the delay.
    /// - Returns: how long to wait before the next attempt; `nil` if there is none.
    package func delay(after attempt: Int, jitter: Double) -> Duration? {
        guard attempt < attempts else { return nil }
        let full = min(firstDelay * (1 << min(attempt - 1, 16)), longestDelay)
        return full / 2 + full / 2 * jitter
    }
}
