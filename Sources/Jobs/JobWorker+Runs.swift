import Core
import FoundationEssentials
import Logging
import SQL
import ServiceLifecycle
import Telemetry
import Tracing

extension JobWorker {
    /// Starts a job's handler. It is a task of its own so that it can be cancelled alone.
    func start(_ lease: Lease) -> Task<Void, any Error> {
        let job = lease.job
        // Only jobs with handlers are claimed.
        let handler = handlers[job.kind]!
        let task = Task {
            let span = startSpan(job.kind, context: .from(job.trace), ofKind: .consumer)
            defer { span.end() }
            span.updateAttributes { attributes in
                attributes["job.id"] = job.id.rawValue
                attributes["job.attempt"] = Int64(job.attempt)
            }
            try await ServiceContext.withValue(span.context.traced) {
                do {
                    try await handler(
                        Data(job.arguments.utf8), JobContext(id: job.id, attempt: job.attempt, since: job.startedAt))
                } catch JobOutcome.snooze(let pause) {
                    // Nothing is wrong with it.
                    throw JobOutcome.snooze(pause)
                } catch {
                    span.recordError(error)
                    throw error
                }
            }
        }
        running.insert(lease, task)
        return task
    }

    /// Waits for a handler, as long as its kind may take, and writes how it ended.
    func finish(_ lease: Lease, _ task: Task<Void, any Error>) async {
        let start = ContinuousClock.now
        let limit = attempts[lease.job.kind] ?? 20
        let result = await withTaskCancellationHandler {
            await outcome(of: task, lease)
        } onCancel: {
            task.cancel()
        }
        let end: JobEnd
        switch result {
        case .success: end = .complete
        case .failure(let error as Overrun): end = JobEnd(error, attempt: lease.job.attempt, limit: limit)
        case .failure where task.isCancelled: end = .interrupted
        case .failure(let error): end = JobEnd(error, attempt: lease.job.attempt, limit: limit)
        }
        onEnd(JobRun(kind: lease.job.kind, end: end.name, duration: ContinuousClock.now - start))
        await write(end, of: lease)
        running.remove(lease)
    }

    /// Why a run was ended.
    private struct Overrun: Error, CustomStringConvertible {
        let deadline: Duration

        var description: String { "it took longer than \(deadline)" }
    }

    /// What the handler's task comes to; an ``Overrun`` where it takes too long, whether it heeds being cancelled or not.
    private func outcome(of task: Task<Void, any Error>, _ lease: Lease) async -> Result<Void, any Error> {
        let deadline = deadlines[lease.job.kind] ?? .seconds(120)
        let (results, end) = AsyncStream.makeStream(of: Result<Void, any Error>.self)
        // Tasks of their own, as nobody can wait for a handler that hangs, and as a shutdown waits for all others.
        let watch = Task {
            try await Task.sleep(for: deadline)
            onStuck(lease.job.kind)
            logger.error(
                "a job takes longer than it may",
                metadata: ["job": "\(lease.job.id)", "kind": "\(lease.job.kind)", "deadline": "\(deadline)"])
            task.cancel()
            try await Task.sleep(for: timing.patience)
            end.yield(.failure(Overrun(deadline: deadline)))
        }
        let start = ContinuousClock.now
        Task {
            let result = await task.result
            if case .failure = result, ContinuousClock.now - start >= deadline {
                end.yield(.failure(Overrun(deadline: deadline)))
            } else {
                end.yield(result)
            }
        }
        let result = await Task { await results.first { _ in true } }.value
        watch.cancel()
        return result ?? .failure(CancellationError())
    }

    /// Tries for as long as the lease lasts. After that another worker runs the job again, which handlers are made for.
    private func write(_ end: JobEnd, of lease: Lease) async {
        let deadline = ContinuousClock.now + timing.lease
        while true {
            do {
                // A task of its own: the outcome must be written even if this one is cancelled.
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
