import Account
import Core
import TestSupport
import Testing

struct DiagnosisTests {
    private static func running() -> Box {
        var box = Box.sample(of: .sample(), botID: 1, desired: .running)
        box.status = .running
        box.observedGeneration = box.generation
        return box
    }

    private func cause(
        _ box: Box = running(), subscription: Subscription.Status = .active, used: Int = 0, isHeld: Bool = false,
        lastCall: UsageEvent? = nil, restore: Restore? = nil, bot: BotState = .fine
    ) -> Diagnosis {
        let quota = Quota(periodStart: testNow, periodEnd: testNow + .days(30), limit: 1000, used: used, reserved: 0)
        return Diagnosis(
            box: box, subscription: .sample(of: box, stripeID: "sub_1", status: subscription), quota: quota,
            isHeld: isHeld, lastCall: lastCall, restore: restore, bot: bot, now: testNow)
    }

    @Test func findsNothingWhereNothingIsWrong() {
        #expect(cause().cause == .none && cause().repair == .write)
    }

    @Test(arguments: [
        (DesiredState.draft, Subscription.Status.active, Diagnosis.Cause.unpaid, Diagnosis.Repair.chat),
        (.suspended, .pastDue, .paymentMissing, .pay), (.suspended, .unpaid, .paymentMissing, .pay),
        (.suspended, .canceled, .ended, .plan), (.deleted, .active, .ended, .chat),
    ])
    func whatIsNotPaidForIsSaidFirst(
        _ desired: DesiredState, _ status: Subscription.Status, _ expected: Diagnosis.Cause, _ repair: Diagnosis.Repair
    ) {
        var box = Self.running()
        box.desired = desired
        box.status = .failed
        let diagnosis = cause(box, subscription: status, used: 1000, bot: .gone)
        #expect(diagnosis.cause == expected && diagnosis.repair == repair)
    }

    @Test func aMonthThatIsUsedUpSaysWhenItIsOver() {
        #expect(cause(used: 989).cause == .none)
        #expect(cause(used: 990).cause == .usedUp && cause(used: 990).until == testNow + .days(30))
    }

    @Test func whatWasStoppedForRunningAwayIsLetGoOnFromTheDashboard() {
        #expect(cause(isHeld: true).cause == .held && cause(isHeld: true).repair == .plan)
    }

    @Test func whatDoesNotRunIsToldApart() {
        var box = Self.running()
        box.status = .failed
        #expect(cause(box).cause == .failed && cause(box).repair == .restart)
        box.status = .provisioning
        #expect(cause(box).cause == .starting && cause(box).repair == .wait)
        box.imageBefore = "old"
        #expect(cause(box).cause == .upgrading)
        let restore = Restore(
            id: testIDs.next(), customerID: box.customerID, boxID: box.id, backupID: testIDs.next(), createdAt: testNow)
        #expect(cause(box, restore: restore).cause == .restoring)
    }

    @Test(arguments: [
        (BotState.gone, Diagnosis.Cause.botGone, Diagnosis.Repair.help), (.takenOver, .botTakenOver, .help),
        (.busy(30), .telegramBusy, .wait), (.unreachable, .telegramAway, .wait), (.unknown, .none, .write),
    ])
    func telegramIsToldOfWhereTheAgentRuns(_ bot: BotState, _ expected: Diagnosis.Cause, _ repair: Diagnosis.Repair) {
        #expect(cause(bot: bot).cause == expected && cause(bot: bot).repair == repair)
    }

    @Test(arguments: [(Int64(14), Diagnosis.Cause.interrupted), (16, .none)])
    func anAnswerThatWasCutOffExplainsASilenceForAWhile(_ minutes: Int64, _ expected: Diagnosis.Cause) {
        let box = Self.running()
        let call = UsageEvent(
            requestID: "r", customerID: box.customerID, boxID: box.id, periodStart: testNow, model: "k2p5",
            usage: TokenUsage(input: 1, output: 1), estimated: true, interrupted: true,
            createdAt: testNow - .seconds(60 * minutes))
        #expect(cause(lastCall: call).cause == expected)
    }
}
