import Core
import TestSupport
import Testing

@testable import Operator

/// What an observation changes of a row.
struct StatusChangeTests {
    private let box: Box

    init() {
        var box = Box.sample(of: .sample(), desired: .running)
        box.status = .running
        box.observedGeneration = 1
        box.seenAt = testNow
        self.box = box
    }

    private func change(
        _ state: AgentState, restarts: Int = 0, row: Box? = nil, isFailedRun: Bool = false, after: Duration = .zero
    ) throws -> StatusChange {
        let status = AgentStatus(of: AgentObservation(state: state, restarts: restarts))
        return try #require(
            StatusChange(status, of: row ?? box, before: box, generation: 1, isFailedRun: isFailedRun, now: testNow + after))
    }

    private func isNews(
        _ state: AgentState, restarts: Int = 0, row: Box? = nil, isFailedRun: Bool = false, after: Duration = .zero
    ) -> Bool {
        let status = AgentStatus(of: AgentObservation(state: state, restarts: restarts))
        return StatusChange(
            status, of: row ?? box, before: box, generation: 1, isFailedRun: isFailedRun, now: testNow + after) != nil
    }

    @Test func nothingIsNewsThatTheRowSaysAlready() {
        #expect(!isNews(.ready))
        #expect(!isNews(.ready, after: .seconds(59)))
    }

    @Test func aSignOfLifeIsWrittenOnceAMinuteAndWakesNobody() throws {
        let change = try self.change(.ready, after: .seconds(60))
        #expect(change.seenAt == testNow + .seconds(60))
        #expect(!change.isVisible)
    }

    @Test func anAgentThatGoesDownIsARestart() throws {
        let change = try self.change(.restarting(.ranOutOfMemory))
        #expect(change.restarts == 1 && change.failures == 0 && change.isVisible)
        #expect(change.seenAt == testNow)
    }

    @Test func anAgentThatIsDownAlreadyIsNotAnotherRestart() throws {
        var row = box
        row.status = .provisioning
        row.restarts = 1
        #expect(try change(.failed(.vanished), row: row).restarts == 1)
    }

    @Test func restartsThatOnlyTheRuntimeSawCountAndNeverGetFewer() throws {
        #expect(try change(.ready, restarts: 5).restarts == 5)
        var row = box
        row.restarts = 7
        #expect(!isNews(.ready, restarts: 2, row: row), "of a new container")
    }

    @Test func failuresCountOncePerJobAndOncePerTurnForTheWorse() throws {
        #expect(try change(.failed(.vanished)).failures == 1)
        var failed = box
        failed.status = .failed
        failed.message = .failed(.vanished)
        #expect(!isNews(.failed(.vanished), row: failed))
        #expect(try change(.failed(.vanished), row: failed, isFailedRun: true).failures == 1)
        failed.failures = 1
        let again = StatusChange(
            .init(.failed, .fault), of: failed, before: failed,
            generation: 1, isFailedRun: true, now: testNow)
        #expect(try #require(again).failures == 2)
    }

    @Test func aFailureThatWasCountedWhileTheJobRanIsNotCountedAgain() throws {
        var row = box
        row.status = .failed
        row.message = .failed(.vanished)
        row.failures = 1
        #expect(!isNews(.failed(.vanished), row: row, isFailedRun: true))
    }

    @Test(arguments: [BoxStatus.running, .suspended, .deleted])
    func whatIsAsWantedHasNotFailed(_ status: BoxStatus) throws {
        var row = box
        row.status = .failed
        row.failures = 9
        let change = StatusChange(
            .init(status), of: row, before: row, generation: 1, isFailedRun: false, now: testNow)
        #expect(try #require(change).failures == 0)
    }

    @Test func theHostIsToldOfTheThirdFailureAlone() throws {
        var row = box
        var alerts: [AlertHost] = []
        for failures in 0..<6 {
            row.status = .failed
            row.failures = Int64(failures)
            let change = StatusChange(
                .init(.failed, .failed(.vanished)), of: row, before: row,
                generation: 1, isFailedRun: true, now: testNow)
            if let alert = change?.alert {
                #expect(failures == 2)
                alerts.append(alert)
            }
        }
        let alert = try #require(alerts.first)
        #expect(alerts.count == 1)
        #expect(alert.subject == "\(box.id) has failed 3 times")
        for text in [
            box.id.rawValue, box.customerID.rawValue, "Your agent stopped unexpectedly.",
            "openclaw-cloud admin box show \(box.id)",
        ] {
            #expect(alert.text.contains(text), "\(text)")
        }
    }
}
