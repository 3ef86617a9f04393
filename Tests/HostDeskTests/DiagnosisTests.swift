import Core
import Jobs
import TestSupport
import Testing

@testable import HostDesk

struct DiagnosisTests {
    private static let customer = Customer.sample()

    private static func box(_ change: (inout Box) -> Void = { _ in }) -> Box {
        var box = Box.sample(of: customer, botID: 1, desired: .running)
        box.status = .running
        box.observedGeneration = box.generation
        box.seenAt = testNow
        change(&box)
        return box
    }

    private static let open = Quota(
        periodStart: testNow, periodEnd: testNow + .days(30), limit: 10, used: 1, reserved: 0)

    private func codes(_ box: Box?, _ change: (inout Diagnosis) -> Void = { _ in }) -> [String] {
        var diagnosis = Diagnosis(
            box: box, subscription: box.map { .sample(of: $0, stripeID: "sub_1") }, quota: Self.open, now: testNow)
        change(&diagnosis)
        return diagnosis.causes.map(\.code)
    }

    @Test func anAgentThatRunsIsSaidToAnswer() {
        #expect(codes(Self.box()) == ["answers"])
    }

    @Test func whatIsNotWantedIsNamedByItsReason() {
        #expect(codes(nil) == ["no_agent"])
        #expect(codes(Self.box { $0.desired = .draft }) == ["not_paid"])
        #expect(codes(Self.box { $0.desired = .deleted }) == ["deleted"])
        #expect(codes(Self.box { $0.desired = .suspended }) == ["suspended"])
    }

    @Test func aMissingPaymentIsNamedWithItsDay() throws {
        var diagnosis = Diagnosis(box: Self.box { $0.desired = .suspended }, now: testNow + .days(8))
        diagnosis.subscription = .sample(of: Self.box(), stripeID: "sub_1", status: .pastDue)
        diagnosis.subscription?.pastDueSince = testNow
        let cause = try #require(diagnosis.causes.first)
        #expect(cause.explanation.contains("past_due") && cause.explanation.contains(testNow.description))
        #expect(cause.act?.name == .converge)
    }

    @Test func aLimitThatIsReachedComesBeforeHowTheAgentIs() {
        let used = Quota(periodStart: testNow, periodEnd: testNow + .days(1), limit: 10, used: 10, reserved: 0)
        #expect(codes(Self.box { $0.status = .failed }) { $0.quota = used } == ["limit_reached", "failing"])
        #expect(codes(Self.box()) { $0.quota = nil } == ["no_period"])
    }

    @Test func aRestoreThatStopsTheAgentIsNamed() {
        let box = Self.box()
        let restore = Restore(
            id: testIDs.next(), customerID: box.customerID, boxID: box.id, backupID: testIDs.next(), state: .failed,
            createdAt: testNow)
        #expect(codes(box) { $0.restore = restore }.first == "restore_failed")
    }

    @Test func anAgentThatWasNotSeenForLongIsNotTakenForWell() {
        #expect(codes(Self.box { $0.seenAt = testNow - .hours(1) }) == ["not_seen"])
    }

    @Test func aChangeThatIsBeingMadeSaysWhatItsJobWaitsFor() throws {
        let box = Self.box { $0.generation = 3 }
        let job = JobEntry(
            id: testIDs.next(), kind: ReconcileBox.kind, customerID: box.customerID, state: .queued, attempt: 4,
            runAt: testNow + .seconds(60), reason: "no node has room", createdAt: testNow, finishedAt: nil,
            subjects: ["boxID": box.id.rawValue])
        let diagnosis = Diagnosis(box: box, quota: Self.open, jobs: [job], now: testNow)
        let cause = try #require(diagnosis.causes.first)
        #expect(cause.code == "being_made" && cause.act == .reconcileBox(box.id))
        #expect(cause.explanation.contains("no node has room") && cause.explanation.contains("4 attempts"))
    }
}
