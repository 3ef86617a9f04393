import Core
import FoundationEssentials
package import Logging
import SQL
import ServiceLifecycle
import Synchronization

/// Runs the jobs of the kinds it has handlers for, as many at once as it may, one at a time per customer.
///
/// A job runs at least once: its lease is renewed while the handler runs, and if the worker dies any other one puts the job
/// back. A handler whose lease was lost is cancelled, and how it ends is not written.
package struct JobWorker: Service {
    let queue: WorkQueue
    let handlers: [String: JobHandlers.Handler]
    let deadlines: [String: Duration]
    let attempts: [String: Int]
    let periodic: [PeriodicJob]
    let onStuck: @Sendable (_ kind: String) -> Void
    let onEnd: @Sendable (JobRun) -> Void
    let timing: JobWorkerTiming
    let logger: Logger
    let running = RunningJobs()
    private let notifier: any Notifier
    private let concurrency: Int
    private let name = UUID().uuidString
    private let claims = ClaimCounter()

    /// - Parameters:
    ///   - periodic: added by this worker, for whichever worker handles them.
    ///   - notifier: says when jobs were added.
    ///   - concurrency: how many handlers run at once.
    ///   - onStuck: is told of each run that took longer than its kind may.
    ///   - onEnd: is told of each run that has ended.
    package init(
        queue: WorkQueue, handlers: JobHandlers, periodic: [PeriodicJob], notifier: any Notifier, concurrency: Int,
        timing: JobWorkerTiming = JobWorkerTiming(), logger: Logger,
        onStuck: @escaping @Sendable (_ kind: String) -> Void = { _ in },
        onEnd: @escaping @Sendable (JobRun) -> Void = { _ in }
    ) {
        var handlers = handlers
        handlers.register(DeleteCompletedJobs.self) { job, _ in try await job.perform(on: queue) }
        self.queue = queue
        self.handlers = handlers.handlers
        deadlines = handlers.deadlines
        attempts = handlers.attempts
        self.onEnd = onEnd
        self.onStuck = onStuck
        self.periodic = periodic + [PeriodicJob(every: .hours(1), DeleteCompletedJobs())]
        self.notifier = notifier
        self.concurrency = concurrency
        self.timing = timing
        self.logger = logger
    }

    /// Works until the task is cancelled or a graceful shutdown begins. Then it starts no more jobs, gives those that run
    /// some time, and puts the rest back.
    package func run() async {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { upkeep in
                upkeep.addTask { [notifications = notifier.notifications(of: .jobs)] in
                    for await _ in notifications { wake.yield() }
                }
                upkeep.addTask { await repeated(every: timing.poll) { wake.yield() } }
                upkeep.addTask {
                    await repeated(every: timing.heartbeat) {
                        // After a stall, what runs here must not be taken for abandoned.
                        let time = queue.clock.now
                        await keepLeases()
                        await rescue(leasesEndingBefore: time)
                    }
                }
                upkeep.addTask { await addPeriodicJobs() }
                upkeep.addTask { await endDrain() }
                await work(wakes, wake)
                upkeep.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            wake.finish()
        }
    }

    /// Starts jobs whenever woken; returns when no more wakes come and all handlers have ended.
    private func work(_ wakes: AsyncStream<Void>, _ wake: AsyncStream<Void>.Continuation) async {
        await withDiscardingTaskGroup { runs in
            var timer = Timestamp(milliseconds: 0)
            for await _ in wakes {
                for lease in await claim() {
                    let task = start(lease)
                    runs.addTask {
                        await finish(lease, task)
                        wake.yield()
                    }
                }
                // A job that comes due before the next look is started on time.
                let now = queue.clock.now
                guard timer <= now, let next = await nextDue(), next > now, next < now + timing.poll else { continue }
                timer = next
                runs.addTask {
                    try? await Task.sleep(for: next - now)
                    wake.yield()
                }
            }
        }
    }

    /// A wake may still be on its way when a shutdown begins.
    private var isStopping: Bool { Task.isCancelled || Task.isShuttingDownGracefully }

    private func nextDue() async -> Timestamp? {
        let kinds = Array(handlers.keys)
        return try? await queue.database.read { try JobStore($0).nextDue(kinds: kinds) }
    }

    /// - Returns: the jobs that are this worker's now.
    private func claim() async -> [Lease] {
        let free = concurrency - running.leases.count
        // Looking first spares the database a write transaction whenever there is nothing to do.
        guard free > 0, let due = await nextDue(), due <= queue.clock.now, !isStopping else { return [] }
        let kinds = Array(handlers.keys)
        let holder = "\(name)/\(claims.next())"
        do {
            return try await queue.write { [lease = timing.lease] work in
                try JobStore(work.transaction).claim(
                    kinds: kinds, limit: free, holder: holder, now: work.now, until: work.now + lease)
            }
        } catch SQLError.uniqueViolation, is CancellationError {
            // Another worker was first with a job of the same customer; or the shutdown has begun.
            return []
        } catch {
            logger.warning("can't look for jobs", metadata: ["error": "\(error)"])
            return []
        }
    }
}

/// Runs `body` again and again until the task is cancelled, at first at once.
private func repeated(every interval: Duration, _ body: @Sendable () async -> Void) async {
    while !Task.isCancelled {
        await body()
        try? await Task.sleep(for: interval)
    }
}

/// Tells one claim of a worker from the next.
private final class ClaimCounter: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
