import Core
import Logging
import Synchronization

/// Brings what was metered from the journal to the storage, in batches.
final class Bookkeeper: Sendable {
    private struct Entry {
        let call: CallReservation
        let caller: Caller
        let bill: Bill
        let time: Timestamp
        let ticket: Journal.Ticket

        var event: UsageEvent { call.event(bill.usage, isEstimated: bill.isEstimated, of: caller.credential, at: time) }
    }

    private let journal: Journal
    private let storage: any ProxyStorage
    private let holder: String
    private let logger: Logger
    private struct Queue {
        /// Being booked, from `next` on.
        var batch: [Entry] = []
        var next = 0
        var arrived: [Entry] = []

        var count: Int { batch.count - next + arrived.count }

        mutating func first(_ count: Int) -> ArraySlice<Entry> {
            if next == batch.count { (batch, next, arrived) = (arrived, 0, []) }
            return batch[next...].prefix(count)
        }
    }

    private let queue = Mutex(Queue())
    private let isFailing = Atomic(false)

    private static let interval = Duration.milliseconds(200)
    /// Events of one transaction.
    private static let batch = 8_000

    init(journal: Journal, storage: any ProxyStorage, holder: String, logger: Logger) {
        self.journal = journal
        self.storage = storage
        self.holder = holder
        self.logger = logger
    }

    /// A call is settled in the journal.
    func add(
        _ call: CallReservation, _ caller: Caller, _ bill: Bill, at time: Timestamp, _ ticket: Journal.Ticket
    ) {
        guard bill.usage.total > 0 else {
            journal.markBooked(ticket)
            return
        }
        queue.withLock {
            $0.arrived.append(Entry(call: call, caller: caller, bill: bill, time: time, ticket: ticket))
        }
    }

    /// Settled calls that the storage hasn't taken yet; and whether it refuses them.
    var lag: (calls: Int, isFailing: Bool) { (queue.withLock { $0.count }, isFailing.load(ordering: .relaxed)) }

    /// Books what there is, again and again until the task is cancelled.
    func keepBooking() async {
        while (try? await Task.sleep(for: Self.interval)) != nil {
            if await !book() { try? await Task.sleep(for: .seconds(1)) }
        }
    }

    /// Books what is there now. What arrives in the meantime goes into the next batch: transactions cost more than rows.
    /// - Returns: whether everything was booked.
    @discardableResult
    func book() async -> Bool {
        var left = queue.withLock { $0.count }
        while left > 0 {
            let entries = queue.withLock { $0.first(min(left, Self.batch)) }
            do {
                // A batch that failed may have been stored all the same.
                try await storage.record(
                    entries.map(\.event), holder: holder, isRepeated: isFailing.load(ordering: .relaxed))
            } catch {
                // They stay in the journal, so nothing is lost.
                logger.error(
                    "metered calls can't be booked yet", metadata: ["calls": "\(lag.calls)", "error": "\(error)"])
                isFailing.store(true, ordering: .relaxed)
                return false
            }
            KillPoint.afterBatch.pass()
            isFailing.store(false, ordering: .relaxed)
            for entry in entries {
                entry.caller.account.book(entry.bill.usage.units, periodStart: entry.call.periodStart)
                journal.markBooked(entry.ticket)
            }
            queue.withLock { $0.next += entries.count }
            left -= entries.count
        }
        return true
    }
}
