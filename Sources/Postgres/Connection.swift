import Dispatch
import Logging
import SQL

/// One connection of the pool. It runs on a thread of its own, where libpq may block.
actor Connection {
    private let executor = QueueExecutor(label: "postgres")
    private let settings: ConnectionSettings
    private let logger: Logger
    private var session: Session?
    private var isClosed = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(settings: ConnectionSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// Runs `body` once between `begin` and COMMIT.
    /// - Throws: ``StatementFailure`` where the server decided; otherwise what `body` throws, after rolling back.
    func transaction<Result: Sendable>(
        _ begin: String, _ body: @Sendable (any Transaction) throws -> Result
    ) throws -> Result {
        guard !isClosed else { throw SQLError.closed }
        let session = try currentSession()
        let transaction = PostgresTransaction(session)
        do {
            try session.command(begin)
            let result = try body(transaction)
            if let failure = transaction.failure { throw failure }
            try session.commit()
            return result
        } catch {
            // The body may have turned a statement's failure into an error of its own; the failure decides what comes next.
            let reason = transaction.failure ?? error
            recover(session, from: reason)
            throw reason
        }
    }

    /// - Throws: ``StatementFailure``.
    func isPooled() throws -> Bool {
        guard !isClosed else { throw SQLError.closed }
        return try currentSession().isPooled
    }

    func close() {
        isClosed = true
        session = nil
    }

    private func currentSession() throws(StatementFailure) -> Session {
        if let session { return session }
        let session = try Session(settings, logger: logger)
        self.session = session
        return session
    }

    /// Leaves the session without a transaction, or without a session.
    private func recover(_ session: Session, from reason: any Error) {
        do {
            if case StatementFailure.lost = reason { throw reason }
            if session.isInTransaction { try session.command("ROLLBACK") }
            if session.isLost { self.session = nil }
        } catch {
            self.session = nil
        }
    }
}

/// Runs an actor on a serial queue, so that what it blocks is not one of Swift's cooperative threads.
private final class QueueExecutor: SerialExecutor {
    private let queue: DispatchQueue

    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
