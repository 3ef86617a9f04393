import Core
import TestSupport
import Testing

@testable import Operator

/// What is decided, without a database.
struct RolloutPlanTests {
    @Test func nothingHappensWithoutBoxesOrWithAllOnTheImageAlready() {
        #expect(Fleet(0).plan().step.isEmpty)
        #expect(Fleet(5, image: "new").plan().step.isEmpty)
    }

    @Test func boxesWithoutAnImageAreNotRolledOutTo() {
        var fleet = Fleet(3)
        for index in fleet.boxes.indices { fleet.boxes[index].image = nil }
        #expect(fleet.plan().step.isEmpty)
    }

    @Test func theHealthyBoxThatWasCreatedFirstGoesFirst() {
        var fleet = Fleet(10)
        fleet.boxes[0].status = .failed
        fleet.boxes.shuffle()
        let step = fleet.plan().step
        #expect(step.upgraded.map(\.id) == [fleet.number(1).id])
        #expect(step.rollout == Rollout(image: "new", wave: 1, waveStartedAt: testNow, startedAt: testNow))
    }

    @Test(arguments: [
        (1, [1]), (2, [1, 1]), (3, [1, 1, 1]), (10, [1, 1, 5, 3]), (100, [1, 10, 50, 39]), (300, [1, 30, 150, 119]),
    ])
    func thenATenthThenHalfThenTheRest(_ boxes: Int, _ sizes: [Int]) {
        var fleet = Fleet(boxes)
        fleet.limits.atOnce = 1000
        #expect(fleet.run() == sizes)
        #expect(fleet.rollout?.state == .done && fleet.rollout?.endedAt != nil)
        #expect(fleet.boxes.allSatisfy { $0.image == "new" && $0.imageBefore == nil })
    }

    @Test func neverAreMoreMovedAtOnceThanTheLimit() {
        var fleet = Fleet(100)
        fleet.limits.atOnce = 16
        #expect(fleet.run() == [1, 10, 16, 16, 16, 16, 16, 9])
        #expect(fleet.rollout?.state == .done)
    }

    @Test func theNextGroupWaitsUntilAllOfThisOneRun() {
        var fleet = Fleet(10)
        fleet.advance()
        #expect(fleet.plan().step.isEmpty, "nothing is known yet")
        fleet.settle()
        #expect(fleet.advance().upgraded.count == 1)
        fleet.settle()
        #expect(fleet.advance().upgraded.count == 5)
        fleet.settle(count: 4)
        #expect(fleet.plan().step.upgraded.isEmpty)
        // Seen, but for the change before the last.
        fleet.settle()
        fleet.boxes[4].generation += 1
        #expect(fleet.plan().step.upgraded.isEmpty)
        fleet.boxes[4].observedGeneration += 1
        #expect(!fleet.plan().step.upgraded.isEmpty)
    }

    @Test func aBoxThatIsNotUpInTimeGoesBackAndHaltsTheRollout() throws {
        var fleet = Fleet(10)
        fleet.advance()
        fleet.fail(fleet.number(0), .failed(.vanished))
        fleet.now = fleet.now + .seconds(599)
        #expect(fleet.plan().step.isEmpty)
        fleet.now = fleet.now + .seconds(1)
        let step = fleet.advance()
        #expect(step.rolledBack.map(\.id) == [fleet.number(0).id])
        #expect(step.upgraded.isEmpty)
        let rollout = try #require(fleet.rollout)
        #expect(rollout.state == .halted && rollout.endedAt == nil)
        #expect(
            rollout.detail
                == "\(fleet.number(0).id) didn't run as new within 10 min: Your agent stopped unexpectedly. We keep trying to bring it back."
        )
        let alert = try #require(step.alert)
        #expect(alert.subject == "The rollout of new halted" && alert.text.contains("admin rollout resume"))
        #expect(fleet.boxes.allSatisfy { $0.image == "old" && $0.imageBefore == nil })
    }

    @Test func thoseOfTheGroupThatRunStayAndTheRestOfItGoesBack() {
        var fleet = Fleet(10)
        fleet.run(waves: 2)
        let wave = fleet.advance().upgraded
        #expect(wave.count == 5)
        fleet.settle(count: 3)
        fleet.now = fleet.now + .seconds(600)
        let step = fleet.advance()
        #expect(step.rolledBack.count == 2 && step.proven.count == 3)
        #expect(fleet.boxes.count { $0.image == "new" } == 5, "two of the groups before, and three of this one")
        #expect(fleet.rollout?.detail?.contains(", nor did 1 more") == true)
        #expect(fleet.boxes.allSatisfy { !$0.isOnTrial })
    }

    @Test func aBoxThatRunsAsTheNewImageIsNeverTakenBack() {
        var fleet = Fleet(40)
        fleet.run(waves: 1)
        let wave = fleet.advance().upgraded
        #expect(wave.count > 1)
        for box in wave.dropLast() { fleet.comeUp(box) }
        let step = fleet.advance()
        #expect(
            step.proven.map(\.id).sorted() == wave.dropLast().map(\.id).sorted(), "at once, not with the last of its wave")
        fleet.fail(wave[0], .restarting(.vanished))
        fleet.now = fleet.now + .seconds(600)
        #expect(fleet.advance().rolledBack.map(\.id) == [wave[wave.count - 1].id])
        #expect(fleet[wave[0].id].image == "new")
    }

    @Test func aHaltedRolloutStaysHaltedUntilItIsResumed() {
        var fleet = Fleet(10)
        fleet.advance()
        fleet.now = fleet.now + .seconds(600)
        fleet.advance()
        fleet.settle()
        fleet.now = fleet.now + .days(1)
        #expect(fleet.plan().step.isEmpty)
        fleet.rollout?.state = .running
        fleet.rollout?.wave = 0
        fleet.rollout?.waveStartedAt = fleet.now
        #expect(fleet.run() == [1, 1, 5, 3], "with a single box, as at the start")
        #expect(fleet.rollout?.state == .done)
    }

    @Test func boxesThatAreFailingAlreadyComeLastAndDoNotHaltIt() {
        var fleet = Fleet(10)
        let broken = Set([fleet.number(0).id, fleet.number(4).id])
        for id in broken { fleet.fail(fleet[id], .noBot) }
        fleet.broken = broken
        #expect(fleet.run() == [1, 1, 5, 1, 2])
        #expect(fleet.rollout?.state == .done)
        #expect(fleet.boxes.allSatisfy { $0.image == "new" && $0.imageBefore == nil })
    }

    @Test func whereNothingRunsBoxesAreMovedOneByOneUntilOneDoes() {
        var fleet = Fleet(10)
        for box in fleet.boxes { fleet.fail(box, .failed(.imageUnavailable)) }
        #expect(fleet.advance().upgraded.map(\.id) == [fleet.number(0).id])
        fleet.fail(fleet.number(0), .failed(.imageUnavailable))
        #expect(fleet.plan().step.isEmpty, "it may yet come up")
        fleet.now = fleet.now + .seconds(600)
        #expect(fleet.advance().upgraded.map(\.id) == [fleet.number(1).id])
        fleet.broken = Set(fleet.boxes.map(\.id)).subtracting([fleet.number(1).id])
        fleet.settle()
        fleet.now = fleet.now + .seconds(600)
        #expect(fleet.advance().upgraded.count == 8)
        fleet.advance()
        #expect(fleet.rollout?.state == .done)
    }

    @Test func boxesThatAreJustStartingAreWaitedFor() {
        var fleet = Fleet(2)
        for index in fleet.boxes.indices { fleet.boxes[index].status = .provisioning }
        let step = fleet.advance()
        #expect(step.upgraded.isEmpty && step.rollout?.wave == 0)
        fleet.settle()
        #expect(fleet.advance().upgraded.map(\.id) == [fleet.number(0).id])
    }

    @Test func anotherImageEndsTheRolloutAndBeginsItsOwnWithASingleBox() {
        var fleet = Fleet(10)
        fleet.run(waves: 2)
        fleet.advance()
        fleet.settle(count: 3)
        fleet.image = "newer"
        let end = fleet.advance()
        #expect(end.goesOn && end.alert == nil)
        #expect(end.rollout?.image == "new" && end.rollout?.state == .halted && end.rollout?.endedAt == fleet.now)
        #expect(end.rollout?.detail == "Replaced by newer.")
        #expect(end.rolledBack.count == 2 && end.proven.count == 3)
        fleet.settle()
        #expect(fleet.run() == [1, 1, 5, 3])
        #expect(fleet.boxes.allSatisfy { $0.image == "newer" })
    }

    @Test func goingBackToTheOldImageIsARolloutToo() {
        var fleet = Fleet(10)
        fleet.run()
        fleet.image = "old"
        #expect(fleet.run() == [1, 1, 5, 3])
        #expect(fleet.boxes.allSatisfy { $0.image == "old" })
    }

    @Test func anotherImageIsTheWayOutOfAHalt() {
        var fleet = Fleet(3)
        fleet.advance()
        fleet.now = fleet.now + .seconds(600)
        fleet.advance()
        fleet.settle()
        fleet.image = "mended"
        fleet.advance()
        #expect(fleet.run() == [1, 1, 1])
        #expect(fleet.rollout?.image == "mended" && fleet.rollout?.state == .done)
    }

    @Test func aBoxThatIsSuspendedOnTrialGoesBackUntriedAndHoldsNobodyUp() {
        var fleet = Fleet(3)
        fleet.advance()
        fleet.boxes[0].desired = .suspended
        fleet.boxes[0].status = .suspended
        let step = fleet.advance()
        #expect(step.returned.map(\.id) == [fleet.number(0).id])
        #expect(fleet.boxes[0].image == "old" && fleet.boxes[0].imageBefore == nil)
        #expect(step.upgraded.map(\.id) == [fleet.number(1).id])
    }

    @Test func aBoxThatComesBackWithAnOldImageIsMovedToo() {
        var fleet = Fleet(4)
        fleet.boxes[3].desired = .suspended
        #expect(fleet.run() == [1, 1, 1])
        fleet.boxes[3].desired = .running
        #expect(fleet.run() == [1])
        #expect(fleet.boxes[3].image == "new")
    }
}
