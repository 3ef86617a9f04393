import Core
import Testing

@testable import Jobs

struct JobEndTests {
    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    @Test(arguments: [(1, 1), (2, 2), (3, 4), (5, 16), (9, 256), (10, 300), (20, 300), (1000, 300)])
    func waitsTwiceAsLongAfterEachAttemptUpToFiveMinutes(_ attempt: Int, _ seconds: Int) {
        #expect(JobEnd.backoff.pause(failures: attempt) == .seconds(seconds))
        let end = JobEnd(Failure(description: "x"), attempt: attempt, limit: .max, jitter: 1.2)
        #expect(end == .again(after: .seconds(seconds) * 1.2, reason: "x", counts: true))
    }

    @Test func failsAtTheLastAttemptWithTheReason() {
        #expect(JobEnd(Failure(description: "x"), attempt: 19, limit: 20).reason == "x")
        #expect(JobEnd(Failure(description: "x"), attempt: 20, limit: 20) == .failed(reason: "x"))
        #expect(JobEnd(JobOutcome.retry(after: .zero, reason: "y"), attempt: 20, limit: 20) == .failed(reason: "y"))
    }

    @Test func aSnoozeNeverFails() {
        let end = JobEnd(JobOutcome.snooze(.seconds(5)), attempt: 20, limit: 20)
        #expect(end == .again(after: .seconds(5), reason: nil, counts: false))
    }

    @Test func aReasonIsShortAndCanBeStored() {
        let end = JobEnd(Failure(description: "a\0b" + String(repeating: "🍲", count: 600)), attempt: 20, limit: 20)
        #expect(end.reason?.count == 499)
        #expect(end.reason?.hasPrefix("ab🍲") == true)
    }
}
