import HTTPSupport
import Synchronization
import Testing

struct FairBoundTests {
    /// Which ones had to give way, by the name that they were taken under.
    private final class Ended: Sendable {
        private let state = Mutex<[String]>([])
        var names: [String] { state.withLock { $0 } }
        func append(_ name: String) { state.withLock { $0.append(name) } }
    }

    private let ended = Ended()

    private func take(_ bound: FairBound, _ holder: String, _ name: String) -> UInt64 {
        bound.take(holder) { [ended] in ended.append(name) }
    }

    @Test func aHoldersOldestGivesWayToItsOwn() {
        let bound = FairBound(perHolder: 2, inAll: 10)
        for name in ["a1", "a2", "a3"] { _ = take(bound, "a", name) }
        _ = take(bound, "b", "b1")
        #expect(ended.names == ["a1"])
        #expect(bound.count == 3)
    }

    @Test func whoHoldsTheMostGivesWayWhenAllAreTaken() {
        let bound = FairBound(perHolder: 9, inAll: 5)
        for name in ["a1", "a2", "a3"] { _ = take(bound, "a", name) }
        for name in ["b1", "b2"] { _ = take(bound, "b", name) }
        _ = take(bound, "c", "c1")
        #expect(ended.names == ["a1"])
        _ = take(bound, "a", "a4")
        #expect(ended.names == ["a1", "a2"], "whoever holds as many as any other drives out its own")
        #expect(bound.count == 5)
    }

    @Test func aCrowdFromOnePlaceNeverDrivesAnotherOut() {
        let bound = FairBound(perHolder: 100, inAll: 20)
        _ = take(bound, "good", "good")
        for number in 1...500 { _ = take(bound, "crowd", "crowd \(number)") }
        #expect(!ended.names.contains("good"))
        #expect(bound.count == 20)
    }

    @Test func whatIsGivenBackCountsNoMoreAndEndsNoMore() {
        let bound = FairBound(perHolder: 1, inAll: 1)
        let first = take(bound, "a", "a1")
        bound.release(first)
        bound.release(first)
        #expect(bound.count == 0)
        _ = take(bound, "a", "a2")
        #expect(ended.names.isEmpty)
        bound.endAll("a")
        #expect(ended.names == ["a2"])
        #expect(bound.count == 0)
    }
}
