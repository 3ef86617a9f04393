import Core
import TestSupport
import Testing

struct IdentifierTests {
    @Test func idsGrowWithinAMillisecondAndWhileTheClockGoesBack() {
        let clock = ManualClock()
        let ids = IdentifierSource.random(clock: clock.wallClock)
        var made: [Box.ID] = (1...1000).map { _ in ids.next() }
        clock.advance(by: .seconds(-5))
        made += (1...10).map { _ in ids.next() }
        clock.advance(by: .seconds(60))
        made.append(ids.next())
        #expect(made == made.sorted() && Set(made).count == made.count)
        let time = Int64(made[1010].bits >> 80)
        #expect(time == clock.now.milliseconds, "the clock's time, once it is ahead again")
    }
}
