/// The pauses between attempts that fail: each is twice as long as the one before, up to a longest one.
package struct Backoff: Sendable, Hashable {
    private let first: Duration
    private let longest: Duration
    private var failures = 0
    /// Doublings beyond this don't fit in a duration.
    private static let mostDoublings = 20

    /// - Parameters:
    ///   - first: the pause after the first failure.
    ///   - longest: at least as long.
    package init(from first: Duration, to longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// Counts a failure.
    /// - Returns: how long to wait before the next attempt.
    package mutating func next() -> Duration {
        failures += 1
        return pause(failures: failures)
    }

    /// An attempt has succeeded: the next failure is the first one again.
    package mutating func reset() { failures = 0 }

    /// - Parameter failures: in a row; less than 1 counts as 1.
    /// - Returns: how long to wait after so many.
    package func pause(failures: Int) -> Duration {
        min(longest, first * (1 << min(max(failures, 1) - 1, Self.mostDoublings)))
    }
}
