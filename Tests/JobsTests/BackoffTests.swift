import Core
import Testing

struct BackoffTests {
    @Test func doublesFromTheFirstPauseToTheLongest() {
        var backoff = Backoff(from: .milliseconds(300), to: .seconds(2))
        #expect((1...5).map { _ in backoff.next() } == [300, 600, 1200, 2000, 2000].map(Duration.milliseconds))
    }

    @Test func beginsAnewAfterASuccess() {
        var backoff = Backoff(from: .seconds(1), to: .seconds(30))
        for _ in 1...4 { _ = backoff.next() }
        backoff.reset()
        #expect(backoff.next() == .seconds(1))
        #expect(backoff.next() == .seconds(2))
    }

    @Test func neverOverflows() {
        let backoff = Backoff(from: .days(365), to: .days(3650))
        #expect(backoff.pause(failures: .max) == .days(3650))
        #expect(backoff.pause(failures: 0) == .days(365))
    }
}
