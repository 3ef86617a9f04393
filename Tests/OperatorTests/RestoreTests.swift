import Core
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import Operator

/// A saved state in the place of a box's own.
@Suite(.timeLimit(.minutes(1)))
struct RestoreTests {
    /// A backup that an earlier box of the customer has left.
    private func finishedBackup(_ stage: BackupStage) async throws -> Backup {
        let backup = try await stage.askForBackup()
        return try #require(
            try await stage.platform.database.write {
                try BackupStore($0).end(backup, failure: nil, size: 42, at: testNow)
            })
    }

    @Test func aNewBoxStartsWithIt() async throws {
        try await BackupStage.run(isReady: false) { stage in
            let backup = try await finishedBackup(stage)
            try await stage.askForRestore(of: backup)
            try await stage.reconcile()
            #expect(
                await stage.runtime.calls == [.prepare, .restore(image: "agent:1"), .apply(image: "agent:1")])
            #expect(await stage.runtime.urls.first?.hasPrefix("https://store.example/backups/\(backup.objectKey)?") == true)
            #expect(try await stage.lastRestore?.state == .done)
            #expect(try await stage.row.runs)
            #expect(await stage.runtime.transfers.isEmpty)
            try await stage.reconcile()
            #expect(await stage.runtime.calls.count == 3, "it is restored once")
            #expect(
                try await stage.platform.queuedJobs(SayHello.kind).isEmpty, "an agent that knows its owner says no hello")
        }
    }

    @Test func theStateThatItReplacesIsSavedFirst() async throws {
        try await BackupStage.run { stage in
            let backup = try await finishedBackup(stage)
            try await stage.askForRestore(of: backup)
            try await stage.reconcile()
            #expect(
                await stage.runtime.calls.dropFirst() == [
                    .save(image: "agent:1"), .prepare, .restore(image: "agent:1"), .apply(image: "agent:1"),
                ])
            #expect(try await stage.backups.map(\.reason) == [.restore, .manual])
            #expect(try await stage.platform.queuedJobs(SayHello.kind).count == 1, "it has said hello before")
        }
    }

    @Test func goingOnWithoutSavingItCountsForOneRestore() async throws {
        try await BackupStage.run { stage in
            let backup = try await finishedBackup(stage)
            let box = try await stage.row
            try await stage.platform.database.write { try BoxStore($0).waiveBackup(for: .restore, of: box) }
            try await stage.askForRestore(of: backup)
            try await stage.reconcile()
            #expect(await stage.runtime.calls.contains(.save(image: "agent:1")) == false)
            try await stage.askForRestore(of: backup)
            try await stage.reconcile()
            #expect(await stage.runtime.calls.contains(.save(image: "agent:1")))
        }
    }

    @Test func nothingIsReplacedWhereItCannotBeSaved() async throws {
        try await BackupStage.run(outcome: .failed(reason: "no room")) { stage in
            let backup = try await finishedBackup(stage)
            try await stage.askForRestore(of: backup)
            await #expect(throws: DomainError.self) { try await stage.reconcile() }
            #expect(await stage.runtime.calls.contains(.prepare) == false)
            #expect(try await stage.row.status == .running)
            #expect(try await stage.alerts.count == 1)
        }
    }

    @Test func aBoxIsNotStartedWithHalfOfIt() async throws {
        try await BackupStage.run(outcome: .failed(reason: "it found no room"), isReady: false) { stage in
            let backup = try await finishedBackup(stage)
            try await stage.askForRestore(of: backup)
            for _ in 1...2 {
                let error = await #expect(throws: DomainError.self) { try await stage.reconcile() }
                #expect(error?.code == "restore_failed")
            }
            #expect(await stage.runtime.calls == [.prepare, .restore(image: "agent:1")], "it is the host's to decide")
            #expect(try await stage.row.status == .failed)
            #expect(try await stage.alerts.count == 1)
            #expect(try await stage.alerts.first?.contains("--abandon") == true)

            let last = try #require(try await stage.lastRestore)
            #expect(try await stage.platform.database.write { try RestoreStore($0).abandon(last) })
            try await stage.reconcile()
            #expect(try await stage.row.runs)

            await stage.runtime.transfersEnd(.done(size: 1))
            try await stage.askForRestore(of: backup)
            try await stage.reconcile()
            #expect(try await stage.lastRestore?.state == .done)
            #expect(await stage.runtime.calls.last == .apply(image: "agent:1"))
        }
    }

    @Test func aLongOneHoldsNoJobAndIsNotBegunTwice() async throws {
        try await BackupStage.run(outcome: .running, isReady: false) { stage in
            let backup = try await finishedBackup(stage)
            try await stage.askForRestore(of: backup)
            for _ in 1...3 {
                let outcome = await #expect(throws: JobOutcome.self) { try await stage.reconcile() }
                #expect(outcome == .snooze(.seconds(30)))
            }
            #expect(try await stage.row.status == .provisioning)
            #expect(await stage.runtime.calls == [.prepare, .restore(image: "agent:1")])
            // Another generation changes nothing of that.
            try await stage.want { $0.purpose = "Sailing." }
            await stage.runtime.end(.done(size: nil), of: stage.agent)
            try await stage.reconcile()
            #expect(try await stage.row.runs)
        }
    }

    /// At each moment in turn: before and after everything that the operator does.
    @Test func aKilledOperatorNeverStartsTheAgentBeforeItIsInPlace() async throws {
        for life in 0... {
            var isSurvived = false
            try await BackupStage.run { stage in
                try await stage.askForRestore(of: try await finishedBackup(stage))
                await stage.runtime.kill(after: life)
                do {
                    try await stage.reconcile()
                    isSurvived = true
                } catch is RecordingRuntime.Killed {
                    await stage.runtime.kill(after: nil)
                    try await stage.reconcile()
                }
                let calls = await stage.runtime.calls
                #expect(calls.count { $0 == .restore(image: "agent:1") } == 1, "after \(life) moments")
                #expect(calls.count { $0 == .save(image: "agent:1") } == 1, "after \(life) moments")
                let restored = try #require(calls.firstIndex(of: .restore(image: "agent:1")))
                #expect(!calls[1..<restored].contains(.apply(image: "agent:1")), "after \(life) moments")
                #expect(calls.last == .apply(image: "agent:1"))
                #expect(try await stage.row.runs)
                #expect(try await stage.lastRestore?.state == .done)
                #expect(await stage.runtime.transfers.isEmpty)
            }
            if isSurvived { return }
        }
    }

    @Test func aDeletionEndsIt() async throws {
        try await BackupStage.run(outcome: .running, isReady: false) { stage in
            try await stage.askForRestore(of: try await finishedBackup(stage))
            await #expect(throws: JobOutcome.self) { try await stage.reconcile() }
            try await stage.want { $0.desired = .deleted }
            try await stage.reconcile()
            #expect(try await stage.row.status == .deleted)
            #expect(await stage.runtime.transfers.isEmpty)
        }
    }
}
