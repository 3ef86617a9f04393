import Testing

@testable import TokenProxy

struct TurnCountsTests {
    @Test func admitsTwentyFiveCallsOfATurnAndOfEachOther() {
        var counts = TurnCounts()
        for call in 1...30 {
            let areAdmitted = (counts.admit(1, releases: 0), counts.admit(2, releases: 0))
            #expect(areAdmitted == (call <= 25, call <= 25))
        }
        let isAnotherAdmitted = counts.admit(3, releases: 0)
        #expect(isAnotherAdmitted)
    }

    @Test func beginsAnewWhenTheOwnerLetsTheAgentGoOn() {
        var counts = TurnCounts()
        for _ in 1...26 { _ = counts.admit(1, releases: 0) }
        let isAdmitted = (1...26).map { _ in counts.admit(1, releases: 1) }
        #expect(isAdmitted == Array(repeating: true, count: 25) + [false])
    }

    @Test func forgetsTheTurnThatHadNoCallForLongest() {
        var counts = TurnCounts()
        for _ in 1...25 { _ = counts.admit(1, releases: 0) }
        for other in 2...33 { _ = counts.admit(Int64(other), releases: 0) }
        let isAdmitted = counts.admit(1, releases: 0)
        #expect(isAdmitted)
    }
}
