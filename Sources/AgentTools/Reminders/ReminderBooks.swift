import Core
import FoundationEssentials
import HTTPSupport
import Jobs
import Logging
import SQL
import Store

/// Writes down what has become of the reminders: at once, and together what ends together. Between Telegram's answer and this
/// a crash would have a message sent again.
actor ReminderBooks {
    private typealias Entry = (due: DueReminder, outcome: ReminderOutcome)

    private let queue: WorkQueue
    private let sent: Counter
    private let lateness: Histogram
    private let logger: Logger
    private var entries: [Entry] = []
    private var isWriting = false

    init(queue: WorkQueue, metrics: MetricsRegistry, logger: Logger) {
        self.queue = queue
        self.logger = logger
        sent = metrics.counter("reminders_total", help: "Attempts to send reminders, by outcome.")
        lateness = metrics.histogram("reminder_lateness_seconds", help: "How late reminders arrived.")
    }

    /// Returns when it is written, or will be by somebody who is at it.
    func write(_ due: DueReminder, _ outcome: ReminderOutcome) async {
        sent.increment(labels: ["outcome": outcome.word])
        if outcome == .arrived {
            lateness.observe(Double((queue.clock.now - due.reminder.occursAt).milliseconds) / 1000)
        }
        entries.append((due, outcome))
        guard !isWriting else { return }
        isWriting = true
        while !entries.isEmpty {
            let batch = entries
            entries = []
            await write(batch)
        }
        isWriting = false
    }

    /// Tries for as long as the reminders are ours.
    private func write(_ batch: [Entry]) async {
        let deadline = ContinuousClock.now + ReminderStore.patience
        while true {
            do {
                // A task of its own, because this one may be cancelled, and what has happened is to be written all the same.
                return try await Task { [queue] in
                    try await queue.write { work in try Self.settle(batch, in: work) }
                }.value
            } catch {
                guard .now < deadline else {
                    return logger.error(
                        "can't write what became of reminders; they will be sent again",
                        metadata: ["reminders": "\(batch.count)", "error": "\(error)"])
                }
                await Task { try? await Task.sleep(for: .milliseconds(200)) }.value
            }
        }
    }

    private static func settle(_ batch: [Entry], in work: UnitOfWork) throws {
        let store = ReminderStore(work.transaction)
        var next: Timestamp?
        for (due, outcome) in batch {
            if case .later(let time) = outcome {
                try store.putOff(boxID: due.box.id, customerID: due.box.customerID, until: time)
            }
            if let time = try store.settle(due, outcome, now: work.now) { next = min(next ?? time, time) }
            work.changed(due.box.customerID)
        }
        if let next { try work.enqueueReminders(at: next) }
    }
}

extension ReminderOutcome {
    fileprivate var word: String {
        switch self {
        case .arrived: "arrived"
        case .later: "later"
        case .unknown: "unknown"
        case .skipped: "skipped"
        case .ended: "ended"
        }
    }
}
