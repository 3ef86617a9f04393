import Core
import FoundationEssentials
import TestSupport
import Testing

@testable import TokenProxy

struct JournalTests {
    private let usage = TokenUsage(input: 60, cached: 20, output: 30)

    // MARK: Slots

    @Test func readsWhatWasWritten() {
        withSlot { slot in
            #expect(JournalSlot.read(slot) == .empty)
            let call = CallReservation.sample(model: "kimi-coding/k2p5")
            JournalSlot.write(call, at: slot)
            #expect(JournalSlot.read(slot) == .reserved(call, isSent: false))
            JournalSlot.markSent(at: slot)
            #expect(JournalSlot.read(slot) == .reserved(call, isSent: true))
            JournalSlot.write(usage, isEstimated: true, now: testNow, at: slot)
            #expect(JournalSlot.read(slot) == .settled(call, usage, isEstimated: true, at: testNow))
            JournalSlot.markBooked(at: slot)
            #expect(JournalSlot.read(slot) == .booked)
        }
    }

    /// A process may die between any two bytes.
    @Test func takesAReservationThatWasCutShortForNone() {
        withSlot { whole in
            JournalSlot.write(.sample(), at: whole)
            for cut in 0..<144 {
                withSlot { slot in
                    slot.copyMemory(from: whole, byteCount: cut)
                    let isComplete = isSame(slot, whole, 144)
                    #expect((JournalSlot.read(slot) == .empty) == !isComplete)
                }
            }
        }
    }

    @Test func takesASettlementThatWasCutShortForAnOpenCall() {
        withSlot { whole in
            let call = CallReservation.sample()
            JournalSlot.write(call, at: whole)
            JournalSlot.write(usage, isEstimated: false, now: testNow, at: whole)
            for cut in 144..<152 {
                withSlot { slot in
                    slot.copyMemory(from: whole, byteCount: 192)
                    for index in cut..<152 { slot.storeBytes(of: 0, toByteOffset: index, as: UInt8.self) }
                    let isComplete = isSame(slot, whole, 192)
                    #expect((JournalSlot.read(slot) == .reserved(call, isSent: false)) == !isComplete)
                }
            }
        }
    }

    @Test func keepsAsMuchOfAModelsNameAsFits() {
        withSlot { slot in
            JournalSlot.write(.sample(model: String(repeating: "m", count: 100)), at: slot)
            let kept = CallReservation.sample(model: String(repeating: "m", count: 63))
            #expect(JournalSlot.read(slot) == .reserved(kept, isSent: false))
        }
    }

    private func withSlot(_ body: (UnsafeMutableRawPointer) -> Void) {
        let slot = UnsafeMutableRawPointer.allocate(byteCount: JournalSlot.size, alignment: 64)
        defer { slot.deallocate() }
        slot.initializeMemory(as: UInt8.self, repeating: 0, count: JournalSlot.size)
        body(slot)
    }

    private func isSame(_ one: UnsafeMutableRawPointer, _ two: UnsafeMutableRawPointer, _ count: Int) -> Bool {
        UnsafeRawBufferPointer(start: one, count: count).elementsEqual(UnsafeRawBufferPointer(start: two, count: count))
    }

    // MARK: Files

    @Test func recoversWhatADeadProcessLeft() async throws {
        try await withFolder { root in
            let (open, settled, booked, free, unsent) = (1, 2, 3, 4, 5)
            do {
                let journal = try Journal(root: root, holder: "dead", slots: 8, logger: quiet)
                let tickets = try [open, settled, booked, free, unsent].map {
                    try journal.reserve(.sample(request: UInt128($0)))
                }
                for ticket in tickets.dropLast() { journal.markSent(ticket) }
                journal.settle(tickets[1], usage, isEstimated: false, now: testNow)
                journal.settle(tickets[2], usage, isEstimated: false, now: testNow)
                journal.markBooked(tickets[2])
                journal.settle(tickets[3], TokenUsage(input: 0, output: 0), isEstimated: false, now: testNow)
            }
            let storage = RecordingStorage()
            await recovery(root, storage).run()
            let events = storage.events
            #expect(events.map(\.requestID) == [open, settled].map { ModelCall.ID(bits: UInt128($0)).rawValue })
            #expect(events.map(\.usage) == [TokenUsage(input: 100, output: 50), usage])
            #expect(events.map(\.estimated) == [true, false])
            #expect(events.map(\.interrupted) == [true, false])
            #expect(storage.ended.map(\.holder) == ["dead"])
            #expect(storage.ended.map(\.isAllKnown) == [true])
            #expect(try FileManager.default.contentsOfDirectory(atPath: root).isEmpty)
        }
    }

    @Test func leavesTheJournalOfALivingProcessAlone() async throws {
        try await withFolder { root in
            let journal = try Journal(root: root, holder: "alive", slots: 8, logger: quiet)
            _ = try journal.reserve(.sample())
            let storage = RecordingStorage()
            await recovery(root, storage).run()
            #expect(storage.events.isEmpty && storage.ended.isEmpty)
            #expect(journal.fault == nil)
        }
    }

    @Test func doesNotTrustAJournalFromBeforeTheMachineWentDown() async throws {
        try await withFolder { root in
            do {
                let journal = try Journal(root: root, holder: "dead", slots: 8, logger: quiet)
                journal.markSent(try journal.reserve(.sample()))
            }
            let path = root + "/dead/0.journal"
            var bytes = try Data(contentsOf: URL(filePath: path))
            bytes.replaceSubrange(32..<36, with: Array("other".utf8.prefix(4)))
            try bytes.write(to: URL(filePath: path))
            let storage = RecordingStorage()
            await recovery(root, storage).run()
            #expect(storage.ended.map(\.isAllKnown) == [false])
        }
    }

    /// A process may die while it makes a file.
    @Test func passesOverAFileThatNamesNoHolder() async throws {
        try await withFolder { root in
            do {
                let journal = try Journal(root: root, holder: "dead", slots: 8, logger: quiet)
                journal.markSent(try journal.reserve(.sample()))
            }
            let path = root + "/dead/1.journal"
            var bytes = try Data(contentsOf: URL(filePath: path))
            bytes.replaceSubrange(72..<98, with: Array(repeating: UInt8(0), count: 26))
            try bytes.write(to: URL(filePath: path))
            let storage = RecordingStorage()
            await recovery(root, storage).run()
            #expect(storage.events.count == 1)
            #expect(storage.ended.map(\.holder) == ["dead"])
        }
    }

    @Test func keepsAJournalThatTheStorageDoesNotTake() async throws {
        try await withFolder { root in
            do {
                let journal = try Journal(root: root, holder: "dead", slots: 8, logger: quiet)
                journal.markSent(try journal.reserve(.sample()))
            }
            let storage = RecordingStorage()
            storage.fails = true
            await recovery(root, storage).run()
            #expect(try FileManager.default.contentsOfDirectory(atPath: root) == ["dead"])
            storage.fails = false
            await recovery(root, storage).run()
            #expect(storage.events.count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: root).isEmpty)
        }
    }

    @Test func goesOnInTheNextFileAndRemovesSpentOnes() async throws {
        try await withFolder { root in
            let journal = try Journal(root: root, holder: "alive", slots: 2, logger: quiet)
            let maintenance = Task { await journal.maintain() }
            defer { maintenance.cancel() }
            for number in 1...20 {
                var ticket: Journal.Ticket?
                // Files are made in the background, a moment after they are needed.
                try await eventually {
                    ticket = try? journal.reserve(.sample(request: UInt128(number)))
                    return ticket != nil
                }
                journal.settle(try #require(ticket), usage, isEstimated: false, now: testNow)
                journal.markBooked(try #require(ticket))
            }
            try await eventually {
                try FileManager.default.contentsOfDirectory(atPath: root + "/alive").count { $0.hasSuffix(".journal") } <= 2
            }
        }
    }

    /// Though nothing is synchronised meanwhile, as on a slow disk.
    @Test func makesFilesAsFastAsTheyAreUsed() async throws {
        try await withFolder { root in
            let journal = try Journal(root: root, holder: "alive", slots: 2, logger: quiet)
            let making = Task { await journal.keepSpare() }
            defer { making.cancel() }
            let start = ContinuousClock.now
            for number in 1...40 {
                try await eventually { (try? journal.reserve(.sample(request: UInt128(number)))) != nil }
            }
            #expect(ContinuousClock.now - start < .seconds(10))
        }
    }

    @Test func knowsWhichFilesChangedSinceTheyWereSynchronised() async throws {
        try await withFolder { root in
            let segment = try JournalSegment(creating: root + "/0.journal", slots: 2, holder: "h")
            #expect(!segment.hasChanged)
            segment.reserve(0, .sample())
            #expect(segment.hasChanged)
            try segment.synchronizeChanges()
            #expect(!segment.hasChanged)
            segment.settle(0, usage, isEstimated: false, now: testNow)
            #expect(segment.hasChanged)
            try segment.synchronizeChanges()
            #expect(!segment.hasChanged)
        }
    }

    @Test func refusesCallsThatItHasNoRoomFor() async throws {
        try await withFolder { root in
            let journal = try Journal(root: root, holder: "alive", slots: 2, logger: quiet)
            // The folder is gone, so no file can be made.
            try FileManager.default.removeItem(atPath: root + "/alive")
            for number in 1...4 { _ = try journal.reserve(.sample(request: UInt128(number))) }
            #expect(throws: Refusal.storageUnavailable) { try journal.reserve(.sample(request: 5)) }
            #expect(journal.fault != nil)
        }
    }

    @Test func doesNotBeginWithoutAFolder() async throws {
        try await withFolder { root in
            let file = root + "/file"
            try Data().write(to: URL(filePath: file))
            #expect(throws: JournalFault.self) { try Journal(root: file, holder: "x", slots: 2, logger: quiet) }
        }
    }

    private func recovery(_ root: String, _ storage: RecordingStorage) -> JournalRecovery {
        JournalRecovery(root: root, storage: storage, clock: WallClock { testNow }, logger: quiet)
    }
}
