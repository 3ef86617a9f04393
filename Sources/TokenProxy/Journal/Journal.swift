import Core
import FoundationEssentials
import Logging
import NIOPosix
import Synchronization

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where each call stands before its bytes go out, on this machine's disk.
///
/// A folder of the process's own, locked as long as it lives, with files of fixed size that are taken ahead of time. One file
/// is written; the next one waits; those behind it go once all of their calls are booked.
final class Journal: Sendable {
    /// A call's place.
    struct Ticket: Sendable {
        fileprivate let segment: JournalSegment
        fileprivate let index: Int
    }

    private struct State {
        var current: JournalSegment
        var used = 0
        /// `nil` while the next file couldn't be made.
        var spare: JournalSegment?
        var full: [JournalSegment] = []
        var number: Int
        var fault: String?
    }

    private let folder: String
    private let holder: String
    private let lock: Int32
    private let slots: Int
    private let logger: Logger
    private let state: Mutex<State>
    /// Tells whenever the file made ahead is taken.
    private let spareTaken = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    /// How long what was stored may wait to be synchronised.
    private static let syncInterval = Duration.milliseconds(200)
    /// After a file couldn't be made.
    private static let spareRetry = Duration.seconds(1)

    /// - Parameters:
    ///   - root: the folder that holds the folders of all processes.
    ///   - slots: calls a file has room for.
    /// - Throws: ``JournalFault``.
    init(root: String, holder: String, slots: Int = 65_535, logger: Logger) throws(JournalFault) {
        self.holder = holder
        self.slots = slots
        self.logger = logger
        folder = root + "/" + holder
        // Another process takes an unlocked folder for that of a dead one, so it gets its name when it is locked.
        let unnamed = root + "/." + holder
        do {
            try FileManager.default.createDirectory(
                atPath: unnamed, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw JournalFault("can't create \(unnamed)")
        }
        lock = try Self.lock(unnamed)
        guard rename(unnamed, folder) == 0 else { throw JournalFault("can't create \(folder)") }
        let first = try JournalSegment(creating: folder + "/0.journal", slots: slots, holder: holder)
        let spare = try JournalSegment(creating: folder + "/1.journal", slots: slots, holder: holder)
        try first.synchronize()
        state = Mutex(State(current: first, spare: spare, number: 2))
    }

    deinit {
        close(lock)
    }

    /// - Throws: ``JournalFault`` if the folder can't be locked, such as by a process that lives.
    static func lock(_ folder: String) throws(JournalFault) -> Int32 {
        let descriptor = open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw JournalFault("can't write \(folder)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let fault = JournalFault("\(folder) is in use")
            close(descriptor)
            throw fault
        }
        return descriptor
    }

    // MARK: Calls

    /// - Throws: ``Refusal`` with 503 if the call can't be kept: then it must not be forwarded.
    func reserve(_ reservation: CallReservation) throws(Refusal) -> Ticket {
        let ticket: Ticket? = state.withLock { state in
            if state.fault != nil { return nil }
            if state.used == slots {
                guard let spare = state.spare else { return nil }
                state.full.append(state.current)
                (state.current, state.spare, state.used) = (spare, nil, 0)
                spareTaken.continuation.yield()
            }
            let ticket = Ticket(segment: state.current, index: state.used)
            state.used += 1
            ticket.segment.reserve(ticket.index, reservation)
            return ticket
        }
        guard let ticket else { throw .storageUnavailable }
        return ticket
    }

    func settle(_ ticket: Ticket, _ usage: TokenUsage, isEstimated: Bool, now: Timestamp) {
        ticket.segment.settle(ticket.index, usage, isEstimated: isEstimated, now: now)
    }

    /// Has to be called before the first byte goes to an upstream: from here on the call may have cost something.
    func markSent(_ ticket: Ticket) {
        ticket.segment.markSent(ticket.index)
    }

    func markBooked(_ ticket: Ticket) {
        ticket.segment.markBooked(ticket.index)
    }

    /// What keeps calls from being taken, if anything does.
    var fault: String? {
        state.withLock { state in
            state.fault ?? (state.used == slots && state.spare == nil ? "no room for the journal" : nil)
        }
    }

    // MARK: Files

    /// Synchronises what was stored, makes files ahead and removes those that are spent, until the task is cancelled.
    func maintain() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.keepSpare() }
            while (try? await Task.sleep(for: Self.syncInterval)) != nil {
                await synchronize()
                removeSpent()
            }
        }
    }

    /// Makes files ahead, until the task is cancelled: apart from the rest, so that no call is refused because a disk is slow.
    func keepSpare() async {
        for await _ in spareTaken.stream {
            while await !makeSpare(), (try? await Task.sleep(for: Self.spareRetry)) != nil {}
        }
    }

    private func synchronize() async {
        let segments = state.withLock { $0.full + [$0.current] }.filter(\.hasChanged)
        if segments.isEmpty { return }
        do {
            try await NIOThreadPool.singleton.runIfActive {
                for segment in segments { try segment.synchronizeChanges() }
            }
        } catch {
            // What the disk has of it nobody knows any more.
            logger.critical("the journal can't be written: new calls are refused", metadata: ["error": "\(error)"])
            state.withLock { $0.fault = "\(error)" }
        }
    }

    private func removeSpent() {
        let spent = state.withLock { state in
            let spent = state.full.filter(\.isSpent)
            if !spent.isEmpty { state.full.removeAll(where: \.isSpent) }
            return spent
        }
        for segment in spent { segment.remove() }
    }

    /// - Returns: whether it could be made.
    private func makeSpare() async -> Bool {
        let number = state.withLock { state in
            defer { state.number += 1 }
            return state.number
        }
        do {
            let spare = try await NIOThreadPool.singleton.runIfActive { [folder, slots, holder] in
                try JournalSegment(creating: folder + "/\(number).journal", slots: slots, holder: holder)
            }
            state.withLock { $0.spare = spare }
            return true
        } catch {
            logger.error("the journal can't grow", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Removes the folder: after everything was booked.
    func remove() {
        let isSpent = state.withLock { $0.current.isSpent && $0.full.allSatisfy(\.isSpent) }
        if isSpent { try? FileManager.default.removeItem(atPath: folder) }
    }
}
