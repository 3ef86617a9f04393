import Core
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import Operator

/// What the host is told of boxes that keep failing.
@Suite(.timeLimit(.minutes(1)))
struct AlertTests {
    @Test func threeFailedReconciliationsInARowAreToldOnce() async throws {
        try await OperatorStage.run(.crash) { stage async throws in
            for failures in 1...5 {
                await #expect(throws: DomainError.self) { try await stage.reconcile() }
                #expect(try await stage.row.failures == failures)
                #expect(try await stage.alerts.count == (failures < 3 ? 0 : 1))
            }
            #expect(try await stage.alerts.first?.contains("\(stage.box.id) has failed 3 times") == true)
        }
    }

    @Test func aBoxThatCanNotBeReconciledAtAllCountsToo() async throws {
        try await OperatorStage.run { stage in
            try await stage.want { $0.bot = Box.Bot(id: 77, username: "ada_bot", sealedToken: "v1.x.y", ownerUserID: 5) }
            for _ in 1...3 {
                await #expect(throws: DomainError.self) { try await stage.reconcile() }
            }
            #expect(try await stage.row.failures == 3)
            #expect(try await stage.alerts.count == 1)
        }
    }

    @Test func aRefusedConfigurationIsToldAtOnceWithTheProgramsOwnWords() async throws {
        try await OperatorStage.run(.refuse) { stage async throws in
            await #expect(throws: DomainError.self) { try await stage.reconcile() }
            let alert = try #require(try await stage.alerts.first)
            #expect(alert.contains("\(stage.box.id) refuses its configuration"))
            #expect(alert.contains("Unrecognized key: memorySearch"))
            let detail = try #require(try await stage.row.message?.text)
            for text in Language.allCases.map({ detail[$0] }) { #expect(!text.contains("memorySearch")) }
            #expect(detail[.english].contains("We have been told"))
        }
    }

    @Test func aBoxThatOnlyLacksItsBotIsNoAlarm() async throws {
        try await OperatorStage.run(withBot: false) { stage in
            for _ in 1...5 { try await stage.reconcile() }
            #expect(try await stage.row.failures == 1)
            #expect(try await stage.alerts.isEmpty)
        }
    }

    @Test func afterARecoveryItIsToldAgain() async throws {
        try await OperatorStage.run { stage in
            let fail = {
                try await stage.service.reconciler.statuses.write(
                    .init(.failed, .fault), of: $0, generation: 1,
                    isFailedRun: true)
            }
            for _ in 1...4 { try await fail(try await stage.row) }
            #expect(try await stage.alerts.count == 1)
            try await stage.reconcile()
            #expect(try await stage.row.failures == 0)
            _ = try await stage.platform.database.write { try $0.execute("DELETE FROM jobs", []) }
            for _ in 1...4 { try await fail(try await stage.row) }
            #expect(try await stage.alerts.count == 1)
        }
    }

    @Test func aRunningAgentIsSeen() async throws {
        try await OperatorStage.run { stage in
            try await stage.reconcile()
            #expect(try await stage.row.seenAt == testNow)
            stage.platform.clock.advance(by: .seconds(300))
            let topics = stage.platform.notifier.topics
            try await stage.reconcile()
            #expect(try await stage.row.seenAt == testNow + .seconds(300))
            #expect(stage.platform.notifier.topics == topics, "nobody is waiting for that")
        }
    }
}

extension OperatorStage {
    fileprivate var alerts: [String] {
        get async throws { try await platform.queuedJobs(AlertHost.kind) }
    }
}
