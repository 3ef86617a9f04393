/// Lets a number through at once, and then so many a second. A pure value: moments come in, decisions go out.
package struct TokenBucket: Sendable, Hashable {
    /// How often.
    package struct Rate: Sendable, Hashable {
        /// At once, at least 1.
        package let burst: Double
        /// Above 0.
        package let perSecond: Double

        package init(burst: Double, perSecond: Double) {
            self.burst = burst
            self.perSecond = perSecond
        }
    }

    private var tokens: Double
    /// When it was filled last.
    package private(set) var filledAt: Duration

    /// A full one.
    /// - Parameter now: since any fixed moment, as in all that follows.
    package init(_ rate: Rate, now: Duration) {
        tokens = rate.burst
        filledAt = now
    }

    /// Takes one.
    /// - Parameter rate: may be another one than last time.
    /// - Returns: `nil` if there was one, or else after what time there will be.
    package mutating func take(_ rate: Rate, now: Duration) -> Duration? {
        tokens = filled(rate, now)
        filledAt = now
        guard tokens >= 1 else { return .seconds((1 - tokens) / rate.perSecond) }
        tokens -= 1
        return nil
    }

    /// Whether nothing has been taken lately.
    package func isFull(_ rate: Rate, now: Duration) -> Bool { filled(rate, now) >= rate.burst }

    private func filled(_ rate: Rate, _ now: Duration) -> Double {
        // A clock that was set back must not empty it.
        min(rate.burst, tokens + Double(max(0, (now - filledAt).milliseconds)) / 1000 * rate.perSecond)
    }
}
