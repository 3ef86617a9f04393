import Core
import FoundationEssentials
import Logging
import NIOPosix

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Books what dead proxy processes left in their journals.
struct JournalRecovery: Sendable {
    /// The folder that holds the folders of all processes.
    let root: String
    let storage: any ProxyStorage
    let clock: WallClock
    let logger: Logger

    private static let eventsAtOnce = 500

    /// Takes care of each folder whose process is dead. What fails is left for the next time.
    func run() async {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        // Those that are hidden belong to processes that are just starting, and hold nothing.
        for folder in folders.sorted() where !folder.hasPrefix(".") {
            do {
                try await recover(root + "/" + folder)
            } catch {
                logger.error("a journal can't be settled yet", metadata: ["journal": "\(folder)", "error": "\(error)"])
            }
        }
    }

    private func recover(_ folder: String) async throws {
        // The process that holds the lock is alive, or is recovering the journal already.
        guard let lock = try? Journal.lock(folder) else { return }
        defer { close(lock) }
        let contents = try await NIOThreadPool.singleton.runIfActive { try Self.read(folder) }
        let events = contents.flatMap(\.slots).compactMap { event($0) }
        for holder in Set(contents.map(\.holder)) {
            var rest = events[...]
            while !rest.isEmpty {
                try await storage.record(Array(rest.prefix(Self.eventsAtOnce)), holder: holder, isRepeated: true)
                rest = rest.dropFirst(Self.eventsAtOnce)
            }
            // After the machine went down, nobody knows whether the last calls are all there.
            let isAllKnown = contents.allSatisfy { $0.bootID == BootID.current }
            try await storage.endLeases(holder: holder, isAllKnown: isAllKnown)
        }
        try FileManager.default.removeItem(atPath: folder)
        let metadata: Logger.Metadata = [
            "journal": "\(folder)", "calls": "\(events.count)", "estimated": "\(events.count(where: \.estimated))",
        ]
        logger.log(level: events.isEmpty ? .debug : .notice, "a journal was settled", metadata: metadata)
    }

    private static func read(_ folder: String) throws -> [JournalSegment.Content] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".journal") }.sorted()
            .compactMap { name in
                try Data(contentsOf: URL(filePath: folder + "/" + name)).withUnsafeBytes(JournalSegment.read)
            }
    }

    /// An open call is charged all that was reserved for it: never less than what was used. One that was never sent is free.
    private func event(_ slot: JournalSlot.State) -> UsageEvent? {
        switch slot {
        case .empty, .booked, .reserved(_, isSent: false): nil
        case .reserved(let call, isSent: true):
            call.event(
                TokenUsage(input: call.input, output: call.output), isEstimated: true, isInterrupted: true, at: clock.now)
        case .settled(_, let usage, _, _) where usage.total == 0: nil
        case .settled(let call, let usage, let isEstimated, let time):
            call.event(usage, isEstimated: isEstimated, at: time)
        }
    }
}
