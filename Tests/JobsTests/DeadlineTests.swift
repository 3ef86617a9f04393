import Core
import Jobs
import SQL
import Synchronization
import TestSupport
import Testing

/// A job that may take a tenth of a second.
private struct ShortChore: JobArguments {
    static let kind = "test.short"
    static let deadline = Duration.milliseconds(100)
    var customerID: Customer.ID?
    var uniqueKey: String? { nil }
}

struct DeadlineTests {
    /// A handler that heeds being cancelled, and one that doesn't.
    @Test(arguments: Engine.allCases, [true, false])
    func aHandlerThatHangsDoesNotHoldItsCustomersLane(_ engine: Engine, heeds: Bool) async throws {
        try await engine.withDatabase { database in
            let queue = database.queue()
            let customerID: Customer.ID = testIDs.next()
            let stuck = Mutex<[String]>([])
            let (released, release) = AsyncStream<Void>.makeStream()
            var handlers = JobHandlers()
            handlers.register(ShortChore.self) { _, context in
                guard context.attempt == 1 else { return }
                if heeds { return try await Task.sleep(for: .seconds(600)) }
                await Task { for await _ in released {} }.value
            }
            handlers.register(Chore.self) { _, _ in }
            var timing = JobWorkerTiming.quick
            timing.patience = .milliseconds(100)
            let worker = JobWorker(
                queue: queue, handlers: handlers, periodic: [], notifier: InProcessNotifier(), concurrency: 2,
                timing: timing,
                logger: quiet, onStuck: { kind in stuck.withLock { $0.append(kind) } })
            try await queue.write { work in
                try work.enqueue(ShortChore(customerID: customerID))
                try work.enqueue(Chore(name: "next", customerID: customerID), after: .milliseconds(1))
            }
            let running = Task { await worker.run() }
            // Both come to an end: the one behind it, and the one that hung, at its second attempt.
            try await eventually("both jobs are complete") {
                try await database.read { transaction in
                    try transaction.query(
                        "SELECT id FROM jobs WHERE state = 'complete' AND kind IN (?1, ?2)",
                        [.text(ShortChore.kind), .text(Chore.kind)]
                    ).count == 2
                }
            }
            #expect(stuck.withLock { $0 } == [ShortChore.kind])
            let reasons = try await database.read { transaction in
                try transaction.query("SELECT reason FROM job_transitions WHERE reason IS NOT NULL", []).map {
                    try $0.text("reason")
                }
            }
            #expect(reasons == ["it took longer than 0.1 seconds"])
            release.finish()
            running.cancel()
            await running.value
        }
    }
}
