import Core
import TestSupport
import Testing

@testable import Operator

/// Which image a box is to run as.
struct RolloutImageTests {
    private let new = Box.sample(of: .sample(), desired: .running)

    @Test func theFirstBoxGetsTheConfiguredImage() {
        #expect(Fleet(0).plan().imageToRun(new) == "new")
    }

    @Test func aBoxKeepsTheImageItHas() {
        var old = new
        old.image = "ancient"
        #expect(Fleet(3).plan().imageToRun(old) == "ancient")
    }

    @Test func aNewBoxGetsWhatMostRunUntilTheRolloutHasBegun() {
        #expect(Fleet(3).plan().imageToRun(new) == "old")
    }

    @Test func aNewBoxGetsTheImageBeforeWhileARolloutIsUnderWayOrHalted() {
        var fleet = Fleet(10)
        fleet.run(waves: 3)
        #expect(fleet.boxes.count { $0.image == "new" } == 7)
        #expect(fleet.plan().imageToRun(new) == "old", "though most have moved")
        fleet.advance()
        #expect(fleet.boxes.allSatisfy { $0.image == "new" })
        #expect(fleet.plan().imageToRun(new) == "old", "the last ones are still on trial")
        fleet.now = fleet.now + .seconds(600)
        fleet.advance()
        #expect(fleet.rollout?.state == .halted)
        #expect(fleet.plan().imageToRun(new) == "old")
    }

    @Test func aNewBoxGetsTheConfiguredImageOnceAllHaveMoved() {
        var fleet = Fleet(10)
        fleet.run()
        #expect(fleet.plan().imageToRun(new) == "new")
        fleet.image = "newer"
        #expect(fleet.plan().imageToRun(new) == "new", "known to be good, unlike the one that is to follow")
    }

    @Test func anImageOnTrialIsNotKnownToBeGoodForTheNextOneEither() {
        var fleet = Fleet(1)
        fleet.advance()
        fleet.image = "newer"
        #expect(fleet.plan().imageToRun(new) == "old")
    }
}
