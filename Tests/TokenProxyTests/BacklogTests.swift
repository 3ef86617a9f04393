import NIOCore
import Testing

@testable import TokenProxy

struct BacklogTests {
    private let backlog = Backlog(isWritable: true, now: .uptimeNanoseconds(0))

    private func at(_ milliseconds: UInt64) -> NIODeadline { .uptimeNanoseconds(milliseconds * 1_000_000) }

    /// Stalls five times, each time for less than a second.
    private func behind() -> Backlog {
        var backlog = backlog
        for start in stride(from: UInt64(0), to: 2500, by: 500) {
            backlog.clientTakes(false, now: at(start))
            backlog.clientTakes(true, now: at(start + 400))
        }
        return backlog
    }

    @Test func isNoneForAClientThatTakesEverything() {
        #expect(backlog.isCaughtUp(now: at(5000), lastProgress: at(4990)))
    }

    @Test func staysWhileAClientTakesALittleNowAndThen() {
        #expect(!behind().isCaughtUp(now: at(2410), lastProgress: at(2400)))
    }

    @Test func endsWhenTheUpstreamIsReadDry() {
        var backlog = behind()
        backlog.upstreamIsReadDry()
        #expect(backlog.isCaughtUp(now: at(2410), lastProgress: at(2400)))
    }

    @Test func doesNotEndByAReadBeforeTheStall() {
        var backlog = behind()
        backlog.clientTakes(false, now: at(2500))
        backlog.upstreamIsReadDry()
        #expect(!backlog.isCaughtUp(now: at(2510), lastProgress: at(2400)))
    }

    @Test func endsWhenNothingComesThoughEverythingIsTaken() {
        #expect(behind().isCaughtUp(now: at(3400), lastProgress: at(2400)))
    }

    @Test func isSmallAtFirst() {
        var backlog = backlog
        backlog.clientTakes(false, now: at(0))
        #expect(backlog.isCaughtUp(now: at(999), lastProgress: at(0)))
        #expect(!backlog.isCaughtUp(now: at(1000), lastProgress: at(0)))
    }
}
