import Core
import FoundationEssentials
import Jobs
import SQL
import Store
import TestSupport
import Testing

@testable import Operator

/// What is saved each night.
@Suite(.timeLimit(.minutes(1)))
struct NightlyTests {
    // MARK: When

    @Test(arguments: ["America/Sao_Paulo", "Asia/Tokyo", "Europe/Lisbon", nil])
    func itsMomentIsInTheOwnersNight(_ zone: String?) throws {
        let ids: [Box.ID] = (0..<200).map { _ in testIDs.next() }
        let clocks = try ids.map { id in
            let moment = NightlyBackups.next(of: id, timeZone: zone, after: testNow)
            #expect(moment > testNow && moment - testNow <= .hours(25))
            #expect(NightlyBackups.next(of: id, timeZone: zone, after: moment) - moment == .hours(24))
            let wall = try #require(zone.map { TimeZone.named($0) } ?? .gmt)
            return LocalTime(moment, in: wall).description.suffix(5)
        }
        #expect(clocks.allSatisfy { "01:00" <= $0 && $0 < "05:00" })
        #expect(Set(clocks).count > 100, "not all at once")
    }

    // MARK: Which are kept

    @Test func sevenNightsAndThenOneAWeekAreKept() {
        let box = Box.sample(of: .sample())
        var kept: [Backup] = []
        for night in 0..<90 {
            let now = testNow + .days(Int64(night))
            kept.append(Self.backup(of: box, at: now, .done))
            let surplus = Set(NightlyBackups.surplus(kept, now: now).map(\.id))
            kept.removeAll { surplus.contains($0.id) }
            let ages = kept.map { (now - $0.createdAt).milliseconds / Duration.days(1).milliseconds }
            #expect(ages.filter { $0 < 7 }.count == min(night + 1, 7))
            #expect(ages.filter { $0 >= 7 }.count <= 4 && ages.allSatisfy { $0 < 28 })
            if night >= 28 { #expect(ages.contains { $0 >= 20 }, "three weeks ago is still there") }
        }
    }

    @Test func oneThatIsBeingMadeIsNoSurplusAndFailuresAreForgottenAfterAWeek() {
        let box = Box.sample(of: .sample())
        let old = [Backup.State.running, .failed].map { Self.backup(of: box, at: testNow, $0) }
        #expect(NightlyBackups.surplus(old, now: testNow + .days(6)).isEmpty)
        #expect(NightlyBackups.surplus(old, now: testNow + .days(40)).map(\.state) == [.failed])
    }

    private static func backup(of box: Box, at time: Timestamp, _ state: Backup.State) -> Backup {
        var backup = Backup(id: testIDs.next(), of: box, for: .nightly, at: time)
        backup.state = state
        return backup
    }

    // MARK: How

    @Test func anAgentIsSavedOnceANightAndIsNotWoken() async throws {
        try await BackupStage.run { stage in
            await stage.runtime.fallAsleep()
            try await stage.service().backups.saveNightly()
            #expect(try await stage.backups.isEmpty, "its night hasn't come")
            for night in 1...3 {
                stage.platform.clock.advance(by: .hours(24))
                for _ in 1...3 { try await stage.service().backups.saveNightly() }
                for _ in 1...2 { try await stage.reconcile() }
                #expect(try await stage.backups.map(\.reason) == Array(repeating: .nightly, count: night))
                #expect(try await stage.backups.first?.state == .done)
            }
            let saves = Array(repeating: RecordingRuntime.Call.save(image: "agent:1"), count: 3)
            #expect(await stage.runtime.calls == [.apply(image: "agent:1")] + saves)
            #expect(try await stage.platform.queuedJobs(PruneBackups.kind).count == 1)
            #expect(try await stage.alerts.isEmpty)
        }
    }

    @Test func whatThePlatformSleptThroughIsMadeUpForOnce() async throws {
        try await BackupStage.run { stage in
            try await stage.service().backups.saveNightly()
            stage.platform.clock.advance(by: .days(5))
            try await stage.service().backups.saveNightly()
            try await stage.reconcile()
            try await stage.service().backups.saveNightly()
            #expect(try await stage.backups.count == 1)
        }
    }

    @Test func anAgentThatIsStoppedIsLeftAlone() async throws {
        try await BackupStage.run { stage in
            try await stage.service().backups.saveNightly()
            try await stage.want { $0.desired = .suspended }
            stage.platform.clock.advance(by: .days(2))
            try await stage.service().backups.saveNightly()
            #expect(try await stage.backups.isEmpty)
        }
    }

    @Test func aBackupThatIsBeingMadeAlreadyIsWaitedFor() async throws {
        try await BackupStage.run(outcome: .running) { stage in
            try await stage.service().backups.saveNightly()
            stage.platform.clock.advance(by: .hours(24))
            try await stage.askForBackup()
            try await stage.service().backups.saveNightly()
            #expect(try await stage.backups.map(\.reason) == [.manual])
            try await stage.reconcile()
            await stage.runtime.end(.done(size: 1), of: stage.agent)
            try await stage.reconcile()
            stage.platform.clock.advance(by: NightlyBackups.pause)
            try await stage.service().backups.saveNightly()
            #expect(try await stage.backups.map(\.reason) == [.nightly, .manual])
        }
    }

    @Test func theHostIsToldInTheSecondNightAndOnce() async throws {
        try await BackupStage.run(outcome: .failed(reason: "no room")) { stage in
            try await stage.service().backups.saveNightly()
            for night in 1...3 {
                stage.platform.clock.advance(by: .hours(24) - NightlyBackups.pause * 3)
                for _ in 1...6 {
                    try await stage.service().backups.saveNightly()
                    for _ in 1...2 { try await stage.reconcile() }
                    #expect(try await stage.alerts.count == (night == 1 ? 0 : 1), "night \(night)")
                    stage.platform.clock.advance(by: NightlyBackups.pause / 2)
                }
            }
            #expect(try await stage.backups.count <= 9, "three times a night")
            #expect(try await stage.alerts.first?.contains("no room") == true)
            #expect(try await stage.row.status == .running)
        }
    }
}
