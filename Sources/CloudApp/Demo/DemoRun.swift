import Core

/// Walks a ``Journey`` and prints each step with its time.
struct DemoRun {
    let journey: Journey

    /// - Throws: ``Journey/Stuck`` if a step doesn't end as it should.
    func run() async throws {
        var journey = journey
        journey.isWaiting = { print("…          \($0)") }
        let outcome = try await journey.walk { step in
            print("\(step.hasFailed ? "✗" : "✓") \(step.duration.inSeconds.leftPadded(to: 6)) s  \(step.name)")
        }
        print("\n@\(outcome.bot), by itself: \(try await journey.hello(of: outcome.bot))")
        print("\n@\(outcome.bot): \(outcome.answer)")
        print("used \(outcome.usage.used) of \(outcome.usage.limit) units")
        print(
            "paid → agent answers: \(outcome.fromPaidToAnswer.inSeconds) s; whole journey: \(outcome.whole.inSeconds) s")
    }
}

extension Duration {
    /// With two decimals.
    fileprivate var inSeconds: String {
        let hundredths = milliseconds / 10
        return "\(hundredths / 100).\(String(hundredths % 100).leftPadded(to: 2, with: "0"))"
    }
}

extension String {
    func leftPadded(to width: Int, with filler: Character = " ") -> String {
        String(repeating: filler, count: max(0, width - count)) + self
    }
}
