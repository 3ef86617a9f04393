import Core
import FoundationEssentials
import Logging
import SQL
import ServiceLifecycle

extension JobWorker {
    /// Starts a job's handler. It is a task of its own so that it can be cancelled alone.
    func start(_ lease: Lease) -> Task<Void, any Error> {
        let job = lease.job
        // Only jobs with handlers are claimed.
        let handler = handlers[job.kind]!
        let task = Task {
            try await handler(Data(job.arguments.utf8), JobContext(id: job.id, attempt: job.attempt))
        }
        running.insert(lease, task)
        return task
    }

    /// Waits for a handler and writes how it ended.
    func finish(_ lease: Lease, _ task: Task<Void, any Error>) async {
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        let end: JobEnd
        switch result {
        case .success: end = .complete
        case .failure where task.isCancelled: end = .interrupted
        case .failure(let error): end = JobEnd(error, attempt: lease.job.attempt, limit: timing.attempts)
        }
        await write(end, of: lease)
        running.remove(lease)
    }

    /// Tries for as long as the lease lasts. After that another worker runs the job again, which handlers are made for.
    private func write(_ end: JobEnd, of lease: Lease) async {
        let deadline = ContinuousClock.now + timing.lease
        while true {
            do {
                // A task of its own, because this one may be cancelled, and the end is to be written all the same.
                let isWritten = try await Task {
                    try await queue.write { work in
                        let isWritten = try JobStore(work.transaction).finish(lease, end, now: work.now)
                        if isWritten, case .again = end { work.wakeWorkers() }
                        return isWritten
                    }
                }.value
                log(end, of: lease, isWritten: isWritten)
                return
            } catch {
                guard .now < deadline else {
                    logger.error(
                        "can't write how a job ended; it will run again",
                        metadata: ["job": "\(lease.job.id)", "kind": "\(lease.job.kind)", "error": "\(error)"])
                    return
                }
                await Task { try? await Task.sleep(for: .milliseconds(200)) }.value
            }
        }
    }

    private func log(_ end: JobEnd, of lease: Lease, isWritten: Bool) {
        var metadata: Logger.Metadata = [
            "job": "\(lease.job.id)", "kind": "\(lease.job.kind)", "attempt": "\(lease.job.attempt)",
        ]
        metadata["reason"] = end.reason.map { "\($0)" }
        switch end {
        case _ where !isWritten: logger.warning("a job's lease was lost before it ended", metadata: metadata)
        case .complete: logger.debug("job complete", metadata: metadata)
        case .again: logger.info("job runs again later", metadata: metadata)
        case .failed: logger.error("job failed", metadata: metadata)
        }
    }

    /// Once a shutdown has begun: waits as long as jobs are given, then interrupts those that still run. A handler that
    /// doesn't heed that loses its job a second later, so that another worker can have it.
    func endDrain() async {
        do {
            try await gracefulShutdown()
            try await Task.sleep(for: timing.drain)
            running.cancel(running.leases)
            try await Task.sleep(for: .seconds(1))
        } catch {
            // Cancelled: all handlers have ended, or were cancelled with this task.
            return
        }
        for lease in running.leases {
            await write(.interrupted, of: lease)
        }
    }
}
