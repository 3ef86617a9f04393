import Core
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import Operator

/// What is saved before what.
@Suite(.timeLimit(.minutes(1)))
struct BackupTests {
    @Test func anUpgradeWaitsForItsBackup() async throws {
        try await BackupStage.run { stage in
            try await stage.move(to: "agent:2")
            try await stage.reconcile()
            // The old image saves what it has written.
            #expect(
                await stage.runtime.calls == [
                    .apply(image: "agent:1"), .save(image: "agent:1"), .apply(image: "agent:2"),
                ])
            let backup = try #require(try await stage.backups.first)
            let row = try await stage.row
            #expect(backup.reason == .upgrade && backup.state == .done && backup.generation == row.generation)
            #expect(backup.image == "agent:1" && backup.size == 42 && backup.endedAt == testNow)
            #expect(row.runs && row.message == nil)
            #expect(await stage.runtime.transfers.isEmpty, "nothing is left of it")
            let url = try #require(await stage.runtime.urls.first)
            #expect(url.hasPrefix("https://store.example/backups/\(backup.objectKey)?X-Amz-Algorithm=AWS4-HMAC-SHA256&"))
            #expect(url.contains("&X-Amz-Expires=3600&") && !url.contains("hidden"))
            try await stage.reconcile()
            #expect(await stage.runtime.calls.count == 3)
        }
    }

    @Test func otherChangesNeedNone() async throws {
        try await BackupStage.run { stage in
            try await stage.want { $0.purpose = "Sailing." }
            try await stage.reconcile()
            try await stage.want { $0.tier = .team }
            try await stage.reconcile()
            try await stage.want { $0.desired = .suspended }
            try await stage.reconcile()
            try await stage.want { $0.desired = .running }
            try await stage.reconcile()
            await stage.runtime.change(image: "stranger:1")
            try await stage.reconcile()
            #expect(try await stage.backups.isEmpty, "nor what somebody does by hand")
            #expect(await stage.runtime.calls.last == .apply(image: "agent:1"))
        }
    }

    @Test func anUpgradeIsNotMadeWhereTheStateCannotBeSaved() async throws {
        try await BackupStage.run(outcome: .failed(reason: "the store refused it: 403")) { stage in
            try await stage.move(to: "agent:2")
            for _ in 1...3 {
                let error = await #expect(throws: DomainError.self) { try await stage.reconcile() }
                #expect(error?.code == "backup_failed")
            }
            #expect(await stage.runtime.calls == [.apply(image: "agent:1"), .save(image: "agent:1")], "not so soon again")
            let row = try await stage.row
            #expect(row.status == .running && !row.runs && row.failures == 0)
            #expect(row.message == .updateHeldBack)
            #expect(try await stage.alerts.count == 1)
            #expect(try await stage.alerts.first?.contains("403") == true)
            #expect(await stage.runtime.transfers.isEmpty)

            await stage.runtime.transfersEnd(.done(size: nil))
            stage.platform.clock.advance(by: .seconds(60))
            try await stage.reconcile()
            #expect(try await stage.backups.map(\.state) == [.done, .failed])
            let after = try await stage.row
            #expect(after.runs && after.message == nil)
            #expect(try await stage.alerts.count == 1)
        }
    }

    @Test func theHostMayGoOnWithoutABackup() async throws {
        try await BackupStage.run(outcome: .failed(reason: "no room")) { stage in
            try await stage.move(to: "agent:2")
            await #expect(throws: DomainError.self) { try await stage.reconcile() }
            try await stage.waive(.deletion)
            await #expect(throws: DomainError.self, "that is for something else") { try await stage.reconcile() }
            try await stage.waive(.upgrade)
            try await stage.reconcile()
            #expect(await stage.runtime.calls.last == .apply(image: "agent:2"))
        }
    }

    @Test func theWayBackFromABadImageNeedsNone() async throws {
        try await BackupStage.run { stage in
            try await stage.move(to: "agent:2")
            try await stage.reconcile()
            await stage.runtime.transfersEnd(.failed(reason: "agent:2 is broken"))
            try await stage.move(to: "agent:1", isWayBack: true)
            try await stage.reconcile()
            #expect(await stage.runtime.calls.last == .apply(image: "agent:1"))
            #expect(try await stage.backups.count == 1)
        }
    }

    @Test func aDeletionIsPrecededByTheLastBackupWithTheAgentStopped() async throws {
        try await BackupStage.run { stage in
            try await stage.want { $0.desired = .deleted }
            try await stage.reconcile()
            #expect(
                await stage.runtime.calls.suffix(3) == [.suspend, .save(image: "agent:1"), .delete])
            #expect(try await stage.row.status == .deleted)
            #expect(try await stage.backups.map(\.reason) == [.deletion])
            try await stage.reconcile()
            #expect(try await stage.backups.count == 1)
        }
    }

    @Test func whatHasNeverRunIsDeletedWithoutOne() async throws {
        try await BackupStage.run(isReady: false) { stage in
            try await stage.want { $0.desired = .deleted }
            try await stage.reconcile()
            #expect(await stage.runtime.calls == [.delete])
        }
    }

    @Test func nothingIsDeletedWhileTheStateCannotBeSavedAndTheHostIsToldAtTheThirdTime() async throws {
        try await BackupStage.run(outcome: .failed(reason: "no room")) { stage in
            try await stage.want { $0.desired = .deleted }
            for failures in 1...4 {
                let outcome = await #expect(throws: JobOutcome.self) { try await stage.reconcile() }
                let pause = Duration.seconds(60 << (failures - 1))
                #expect(outcome == .retry(after: pause, reason: "no room"))
                #expect(try await stage.alerts.count == (failures < 3 ? 0 : 1))
                #expect(try await stage.backups.count == failures)
                stage.platform.clock.advance(by: pause)
            }
            #expect(await stage.runtime.calls.contains(.delete) == false)
            let row = try await stage.row
            #expect(row.status == .failed && row.failures < 3, "it is told in one way, not in two")
            #expect(try await stage.alerts.first?.contains("skip-backup \(stage.box.id)") == true)

            try await stage.waive(.deletion)
            try await stage.reconcile()
            #expect(try await stage.row.status == .deleted)
        }
    }

    @Test func aLongBackupHoldsNoJobAndGoesOnFromItsRow() async throws {
        try await BackupStage.run(outcome: .running) { stage in
            try await stage.move(to: "agent:2")
            for _ in 1...3 {
                let outcome = await #expect(throws: JobOutcome.self) { try await stage.reconcile() }
                #expect(outcome == .snooze(.seconds(30)))
            }
            #expect(await stage.runtime.calls == [.apply(image: "agent:1"), .save(image: "agent:1")])
            await stage.runtime.end(.done(size: 7), of: stage.agent)
            try await stage.reconcile()
            #expect(await stage.runtime.calls.last == .apply(image: "agent:2"))
            #expect(try await stage.backups.map(\.size) == [7])
        }
    }

    @Test func whoeverWaitsIsWokenByTheEndOfIt() async throws {
        try await BackupStage.run(outcome: .running) { stage in
            try await stage.move(to: "agent:2")
            async let reconciled: Void = stage.reconcile(timeout: .seconds(30))
            try await eventually { await !stage.runtime.transfers.isEmpty }
            await stage.runtime.end(.done(size: 7), of: stage.agent)
            try await reconciled
            #expect(try await stage.row.runs)
        }
    }

    /// At each moment in turn: before and after everything that the operator does.
    @Test(arguments: [DesiredState.running, .deleted])
    func aKilledOperatorLosesNoBackupAndMakesNoneTwice(_ desired: DesiredState) async throws {
        var moments = 0
        while true {
            let isSurvived = try await survives(after: moments, desired)
            if isSurvived { break }
            moments += 1
        }
        #expect(moments > 8)
    }

    /// - Returns: whether the operator was done before it was killed.
    private func survives(after life: Int, _ desired: DesiredState) async throws -> Bool {
        var isSurvived = false
        try await BackupStage.run { stage in
            if desired == .running {
                try await stage.move(to: "agent:2")
            } else {
                try await stage.want { $0.desired = .deleted }
            }
            await stage.runtime.kill(after: life)
            do {
                try await stage.reconcile()
                isSurvived = true
            } catch is RecordingRuntime.Killed {
                await stage.runtime.kill(after: nil)
                try await stage.reconcile()
            }
            let row = try await stage.row
            #expect(desired == .running ? row.runs : row.status == .deleted, "after \(life) moments")
            #expect(try await stage.backups.map(\.state) == [.done], "after \(life) moments")
            let saves = await stage.runtime.calls.count { $0 == .save(image: "agent:1") }
            #expect(saves == 1, "after \(life) moments")
            #expect(await stage.runtime.transfers.isEmpty, "after \(life) moments")
        }
        return isSurvived
    }

    @Test func theHostsOwnBackupHoldsNothingUp() async throws {
        try await BackupStage.run(outcome: .running) { stage in
            try await stage.askForBackup()
            try await stage.want { $0.purpose = "Sailing." }
            try await stage.reconcile()
            #expect(try await stage.row.runs)
            #expect(await stage.runtime.calls.suffix(2) == [.save(image: "agent:1"), .apply(image: "agent:1")])
            await stage.runtime.end(.failed(reason: "no room"), of: stage.agent)
            try await stage.reconcile()
            #expect(try await stage.backups.map(\.state) == [.failed])
            #expect(try await stage.alerts.isEmpty, "whoever asked for it sees it")
            #expect(await stage.runtime.transfers.isEmpty)
        }
    }

    @Test func oneBackupIsMadeAfterTheOther() async throws {
        try await BackupStage.run(outcome: .running) { stage in
            try await stage.askForBackup()
            stage.platform.clock.advance(by: .seconds(1))
            try await stage.move(to: "agent:2")
            await #expect(throws: JobOutcome.self) { try await stage.reconcile() }
            #expect(await stage.runtime.transfers.count == 1)
            await stage.runtime.transfersEnd(.done(size: 1))
            await stage.runtime.end(.done(size: 1), of: stage.agent)
            try await stage.reconcile()
            #expect(try await stage.backups.map(\.reason) == [.upgrade, .manual])
            #expect(try await stage.row.runs)
        }
    }
}
