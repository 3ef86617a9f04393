import Core
import Logging
import SQL
import ServiceLifecycle
import TestSupport
import Testing

@testable import Jobs

/// What becomes of jobs when their worker is asked to stop.
struct DrainTests {
    @Test(arguments: Engine.allCases)
    func runningJobsAreGivenTimeAndNoneIsStarted(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (queue, diary) = (database.queue(), Diary())
            let (release, signal) = AsyncStream.makeStream(of: Void.self)
            try await withService(queue, timing: .quick) { chore, _ in
                diary.write("\(chore.name) started")
                await withGracefulShutdownHandler {
                    for await _ in release { break }
                } onGracefulShutdown: {
                    diary.write("shutdown")
                }
                diary.write("\(chore.name) ended")
            } _: { shutDown in
                try await queue.add(Chore(name: "a"))
                try await eventually { diary.entries == ["a started"] }
                await shutDown()
                try await eventually { diary.entries.contains("shutdown") }
                try await queue.add(Chore(name: "b"))
                // Long enough for several looks at the queue.
                try await Task.sleep(for: .milliseconds(300))
                signal.yield()
            }
            #expect(diary.entries == ["a started", "shutdown", "a ended"])
            #expect(try await queue.count(.running) == 0)
            #expect(try await database.trail(of: "b") == ["queued 0"])
        }
    }

    @Test(arguments: Engine.allCases)
    func jobsThatTakeLongerArePutBackAndTheAttemptDoesNotCount(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (queue, diary) = (database.queue(), Diary())
            var timing = JobWorkerTiming.quick
            timing.drain = .milliseconds(200)
            try await withService(queue, timing: timing) { chore, _ in
                diary.write("started")
                try await Task.sleep(for: .seconds(60))
            } _: { shutDown in
                try await queue.add(Chore(name: "a"))
                try await eventually { diary.entries == ["started"] }
                await shutDown()
            }
            #expect(try await queue.count(.running) == 0)
            #expect(try await database.trail().last == "queued 0 (the worker was asked to stop)")
        }
    }

    @Test(arguments: Engine.allCases)
    func aHandlerThatDoesNotHeedItLosesItsJob(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (queue, diary) = (database.queue(), Diary())
            let (release, signal) = AsyncStream.makeStream(of: Void.self)
            var timing = JobWorkerTiming.quick
            timing.drain = .milliseconds(100)
            try await withService(queue, timing: timing) { chore, _ in
                diary.write("started")
                // A task of its own isn't cancelled.
                await Task { for await _ in release { break } }.value
            } _: { shutDown in
                try await queue.add(Chore(name: "a"))
                try await eventually { diary.entries == ["started"] }
                await shutDown()
                try await eventually { try await queue.count(.running) == 0 }
                signal.yield()
            }
            #expect(try await database.trail().last == "queued 0 (the worker was asked to stop)")
        }
    }

    @Test(arguments: Engine.allCases)
    func aWorkerThatIsCancelledPutsItsJobsBackAtOnce(_ engine: Engine) async throws {
        try await engine.withDatabase { database in
            let (queue, diary) = (database.queue(), Diary())
            try await withWorkers([queue]) { chore, _ in
                diary.write("started")
                try await Task.sleep(for: .seconds(60))
            } _: {
                try await queue.add(Chore(name: "a"))
                try await eventually { diary.entries == ["started"] }
            }
            #expect(try await queue.count(.running) == 0)
            #expect(try await database.trail().last == "queued 0 (the worker was asked to stop)")
        }
    }

    /// Runs `body` beside a worker in a service group, and waits for the worker to end.
    private func withService(
        _ queue: WorkQueue, timing: JobWorkerTiming, perform: @escaping @Sendable (Chore, JobContext) async throws -> Void,
        _ body: (_ shutDown: @Sendable () async -> Void) async throws -> Void
    ) async throws {
        var handlers = JobHandlers()
        handlers.register(Chore.self, perform)
        let worker = JobWorker(
            queue: queue, handlers: handlers, periodic: [], notifier: InProcessNotifier(), concurrency: 4, timing: timing,
            logger: quiet)
        let group = ServiceGroup(services: [worker], logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            try await body { await group.triggerGracefulShutdown() }
            try await tasks.waitForAll()
        }
    }
}
