package import Core
import FoundationEssentials
package import SQL
import Telemetry
import Tracing

/// Where features change state: rows and jobs in one transaction, wake-ups after its commit.
package struct WorkQueue: Sendable {
    package let database: any Database
    package let clock: WallClock
    package let ids: IdentifierSource
    package let notifier: any Notifier

    package init(database: any Database, clock: WallClock, ids: IdentifierSource, notifier: any Notifier) {
        self.database = database
        self.clock = clock
        self.ids = ids
        self.notifier = notifier
    }

    /// Runs `body` as one transaction and then wakes the workers and pages that wait for what it changed.
    ///
    /// The body may run more than once, see `Database`.
    /// - Throws: `SQLError`, and whatever `body` throws, after rolling back.
    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (UnitOfWork) throws -> Result
    ) async throws -> Result {
        let trace = ServiceContext.current?.traceParent
        let (result, topics) = try await database.write { [clock, ids, notifier] transaction in
            let work = UnitOfWork(transaction: transaction, now: clock.now, ids: ids, trace: trace)
            let result = try body(work)
            try notifier.announce(work.topics, in: transaction)
            return (result, work.topics)
        }
        for topic in topics {
            await notifier.notify(topic)
        }
        return result
    }
}

/// One transaction with the jobs it adds.
package final class UnitOfWork {
    package let transaction: any Transaction
    /// The moment of the transaction; the same throughout.
    package let now: Timestamp
    package let ids: IdentifierSource
    private let trace: TraceParent?
    private(set) var topics: Set<Topic> = []

    init(transaction: any Transaction, now: Timestamp, ids: IdentifierSource, trace: TraceParent?) {
        self.transaction = transaction
        self.now = now
        self.ids = ids
        self.trace = trace
    }

    /// Adds a job, unless one with the same unique key is waiting already; that one then runs no later than this would have.
    /// It belongs to the trace of whoever adds it.
    /// - Parameters:
    ///   - delay: how long the job waits at least.
    ///   - priority: `nil` for that of its kind.
    /// - Throws: `SQLError`; an `EncodingError`.
    package func enqueue<Arguments: JobArguments>(
        _ arguments: Arguments, after delay: Duration = .zero, priority: JobPriority? = nil
    ) throws {
        try JobStore(transaction).insert(
            id: ids.next(), arguments: arguments, runAt: now + delay, priority: priority ?? Arguments.priority,
            trace: trace, now: now)
        topics.insert(.jobs)
    }

    /// Says that jobs may be waiting that no one has been told of.
    package func wakeWorkers() {
        topics.insert(.jobs)
    }

    /// Says that something the customer can see has changed.
    package func changed(_ customerID: Customer.ID) {
        topics.insert(.customer(customerID))
    }
}
